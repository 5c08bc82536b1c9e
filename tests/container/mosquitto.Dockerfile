# Stands in for docker.io/library/eclipse-mosquitto:2 where no registry is asked: the same user, folders and tools.
FROM docker.io/library/debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends busybox mosquitto mosquitto-clients \
    && rm -rf /var/lib/apt/lists/* \
    && for tool in sh cat sleep stat; do ln -sf /bin/busybox /usr/local/bin/$tool; done \
    && ln -sf busybox /bin/sh \
    && useradd --uid 1883 --no-create-home --shell /usr/sbin/nologin broker \
    && install -d -o broker -m 0755 /mosquitto/config /mosquitto/data
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
EXPOSE 1883
CMD ["mosquitto", "-c", "/mosquitto/config/mosquitto.conf"]
