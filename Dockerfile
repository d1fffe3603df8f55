# syntax=docker/dockerfile:1
# An image of the gateway. It was not built where this project is tested, which has no Docker: a test
# reads this file, no more. Pin both images by digest where you build.
#
#   docker build -t intergov-outbound:0.1.0 .
#
# PostgreSQL is expected outside: set INTERGOV_DATABASE_URL, _USERNAME and _PASSWORD. Without them the
# embedded one runs, for which /data must be a volume. The root file system may be read-only
# (docker run --read-only --tmpfs /tmp): only /tmp and /data are written to.

FROM maven:3.9.11-eclipse-temurin-17-noble AS build
WORKDIR /build
COPY pom.xml .
COPY src src
# tests need more than an image build has; they run in `mvn verify`
RUN mvn -B -ntp -DskipTests package

FROM eclipse-temurin:17.0.17_10-jre-noble
RUN groupadd --system --gid 10001 gateway \
 && useradd --system --uid 10001 --gid gateway --home-dir /gateway --no-create-home --shell /usr/sbin/nologin gateway \
 && install -d -o gateway -g gateway /gateway /data
WORKDIR /gateway
COPY --from=build /build/target/intergov-outbound.jar .
COPY channels.yaml .
USER 10001:10001
# One run of every part, whose classes are archived: a third off each start (docs/PERFORMANCE.md). The
# archive fits this JVM and this JAR only, so it is made here; -Xshare:on fails the build if it does not.
RUN java -Xmx256m -XX:ArchiveClassesAtExit=gateway.jsa -jar intergov-outbound.jar demo --messages 200 \
 && java -Xmx256m -Xshare:on -XX:SharedArchiveFile=gateway.jsa -jar intergov-outbound.jar --version
VOLUME /data
ENV INTERGOV_DATA_DIR=/data \
    JAVA_OPTS="-Xmx256m -XX:+ExitOnOutOfMemoryError -XX:SharedArchiveFile=gateway.jsa"
# The API and the management port listen on the container's loopback address unless told otherwise;
# EXPOSE only names them.
EXPOSE 8080 9876
# Asks inside the container, so it works whatever intergov.management.host is, but not over TLS.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${INTERGOV_MANAGEMENT_PORT:-9876} && printf 'GET /observe/health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
# exec: java becomes process 1 and gets SIGTERM itself; give it longer than intergov.shutdown.timeout
# (docker stop --time 60).
ENTRYPOINT ["bash", "-c", "exec java $JAVA_OPTS -jar intergov-outbound.jar \"$@\"", "--"]
CMD ["run"]
