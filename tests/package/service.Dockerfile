# A Debian whose first process is systemd, with the package installed.
FROM docker.io/library/debian:bookworm-slim
COPY alleycat.deb newer.deb /
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dbus systemd systemd-sysv /alleycat.deb
CMD ["/sbin/init"]
