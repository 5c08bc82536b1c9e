// Signature Version 4, step by step as it is published, for requests that no SDK would sign.

import { createHash, createHmac } from 'node:crypto';

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const mac = (key, text) => createHmac('sha256', key).update(text).digest();

/// `20130524T000000Z`
export function amzDate(date) {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

/// `headers` with a date, the body's hash and a signature over all of them, for a POST to / of `host`.
/// `bodyHash`: what the signature says of the body, true or not.
export function signed({ id, secret, host, headers, body, ...rest }) {
  const { date = new Date(), region = 'us-east-1', service = 'kinesis', bodyHash = sha256(body) } = rest;
  const time = amzDate(date);
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const all = { ...headers, Host: host, 'X-Amz-Date': time };
  const sorted = Object.entries(all)
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([name]) => name).join(';');
  const canonical = ['POST', '/', '', ...sorted.map(([name, value]) => `${name}:${value}`), '', names, bodyHash].join(
    '\n',
  );
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce(mac, `AWS4${secret}`);
  const signature = mac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...all, Authorization: authorization };
}
