"""The stream API with boto3: fails with a traceback, or says that all claims hold.

usage: stream_api_boto3.py ENDPOINT LIMITED_ENDPOINT KEY_ID SECRET
"""

import hashlib
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

STREAM = "alleycat"
endpoint, limited_endpoint, key_id, secret = sys.argv[1:]


def connect(url, key=key_id, with_secret=secret):
    return boto3.client(
        "kinesis",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id=key,
        aws_secret_access_key=with_secret,
        config=Config(retries={"max_attempts": 0}, proxies={}),
    )


def read_all(client):
    """Every record of the stream: [(shard, sequence number, key, data)]."""
    records = []
    for shard in client.list_shards(StreamName=STREAM)["Shards"]:
        name = shard["ShardId"]
        iterator = client.get_shard_iterator(StreamName=STREAM, ShardId=name, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while True:
            answer = client.get_records(ShardIterator=iterator, Limit=1000)
            records += [(name, each["SequenceNumber"], each["PartitionKey"], each["Data"]) for each in answer["Records"]]
            iterator = answer["NextShardIterator"]
            if answer["MillisBehindLatest"] == 0:
                break
    return records


def shard_of(key, shards):
    number = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
    return "shardId-%012d" % min(number // (2**128 // shards), shards - 1)


def refused(call, code, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"{code} was expected of {arguments}")


def puts_and_reads():
    client = connect(endpoint)
    client.get_waiter("stream_exists").wait(StreamName=STREAM)
    shards = client.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["OpenShardCount"]
    records = [{"PartitionKey": f"Zoë {at % 50} 🚴", "Data": bytes([at % 256, 0, 255])} for at in range(500)]
    answer = client.put_records(StreamName=STREAM, Records=records)
    assert answer["FailedRecordCount"] == 0
    put = []
    for record, each in zip(records, answer["Records"]):
        assert each["ShardId"] == shard_of(record["PartitionKey"], shards)
        put.append((each["ShardId"], each["SequenceNumber"], record["PartitionKey"], record["Data"]))
    one = client.put_record(StreamName=STREAM, PartitionKey="k", ExplicitHashKey=str(2**128 - 1), Data=b"last")
    assert one["ShardId"] == "shardId-%012d" % (shards - 1)
    put.append((one["ShardId"], one["SequenceNumber"], "k", b"last"))
    assert sorted(read_all(client)) == sorted(put)
    assert {each[0] for each in put} == {"shardId-%012d" % shard for shard in range(shards)}


def knows_errors():
    client = connect(endpoint)
    record = {"StreamName": STREAM, "PartitionKey": "k", "Data": b"x"}
    refused(client.describe_stream, "ResourceNotFoundException", StreamName="another")
    refused(client.put_record, "ValidationException", **{**record, "PartitionKey": "k" * 257})
    refused(client.put_record, "InvalidArgumentException", **record, ExplicitHashKey=str(2**128))
    refused(client.create_stream, "UnknownOperationException", StreamName="more", ShardCount=1)
    refused(connect(endpoint, with_secret="another").put_record, "InvalidSignatureException", **record)
    refused(connect(endpoint, key="nobody").put_record, "UnrecognizedClientException", **record)


def is_limited():
    client = connect(limited_endpoint)
    record = {"PartitionKey": "k", "Data": b"x" * 50_000}
    answer = client.put_records(StreamName=STREAM, Records=[record] * 180)  # 9 MB
    codes = [each.get("ErrorCode") for each in answer["Records"]]
    assert set(codes) == {None, "ProvisionedThroughputExceededException"}, codes
    assert answer["FailedRecordCount"] == len(codes) - codes.count(None)
    assert len(read_all(client)) == codes.count(None)


puts_and_reads()
knows_errors()
is_limited()
print("all claims hold")
