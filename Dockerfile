# An image of the gateway. Not built by the tests of this project: check it where you build images.
# PostgreSQL is expected outside: set INTERGOV_DATABASE_URL, _USERNAME and _PASSWORD. Without them the
# embedded one runs, for which /data must be a volume.

FROM maven:3-eclipse-temurin-17 AS build
WORKDIR /build
COPY pom.xml .
COPY src src
# tests need more than an image build has; they run in `mvn verify`
RUN mvn -B -ntp -DskipTests package

FROM eclipse-temurin:17-jre
RUN groupadd --system --gid 10001 gateway \
 && useradd --system --uid 10001 --gid gateway --home-dir /gateway --create-home gateway \
 && mkdir /data && chown gateway:gateway /data
WORKDIR /gateway
COPY --from=build /build/target/intergov-outbound.jar .
COPY channels.yaml .
USER gateway
VOLUME /data
ENV INTERGOV_DATA_DIR=/data \
    JAVA_OPTS="-Xmx256m -XX:+ExitOnOutOfMemoryError"
# The API and the management port listen on the container's loopback address alone; share its network
# namespace to reach them.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9876 && printf 'GET /observe/health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["bash", "-c", "exec java $JAVA_OPTS -jar intergov-outbound.jar \"$@\"", "--"]
CMD ["run"]
