#!/usr/bin/env bash
# Fetches the servers that the tests start themselves: Apache Kafka as jars, and S3Mock, which answers the S3 API. Safe to run again:
# what is there stays.
#
# Needs Java 17 or later to run them and Maven to fetch them; on Debian and Ubuntu both are installed if missing. So is kcat, the stock
# client of the tests. By hand: install kcat, a Java 17 runtime and Maven, then
#   mvn -B -f tests/kafka/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=DIR
# and point TANGGAP_KAFKA_JARS to DIR; s3mock-VERSION-exec.jar of Maven Central goes to TANGGAP_S3_JAR.
set -euo pipefail
. "$(dirname "$0")/packages.bash"

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${TANGGAP_CACHE:-$HOME/.cache/tanggap}
pom="$root/tests/kafka/pom.xml"
kafka_jars=${TANGGAP_KAFKA_JARS:-$cache/kafka}
kafka_version=$(sed -n 's|.*<kafka.version>\(.*\)</kafka.version>.*|\1|p' "$pom")
s3_version=5.2.0
s3_jar=${TANGGAP_S3_JAR:-$cache/s3/s3mock.jar}

if ! command -v java > /dev/null; then
    say "Java is missing: the tests run a real Apache Kafka, and a server of the S3 API"
    install_packages openjdk-17-jre-headless
fi

if ! command -v kcat > /dev/null; then
    say "kcat is missing: the tests try a stock client on the embedded broker"
    install_packages kcat
fi

need_maven() {
    if ! command -v mvn > /dev/null; then
        say "Maven is missing: it fetches the servers' jars"
        install_packages maven
    fi
}

if [ ! -f "$kafka_jars/.complete-$kafka_version" ]; then
    need_maven
    say "fetching Apache Kafka $kafka_version (43 MB) through Maven into $kafka_jars"
    rm -rf "$kafka_jars.part"
    mkdir -p "$(dirname "$kafka_jars")"
    mvn -q -B -f "$pom" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$kafka_jars.part"
    touch "$kafka_jars.part/.complete-$kafka_version"
    rm -rf "$kafka_jars"
    mv "$kafka_jars.part" "$kafka_jars"
fi
say "Apache Kafka $kafka_version is in $kafka_jars"

if [ ! -f "$s3_jar" ] || [ "$(cat "$s3_jar.version" 2> /dev/null)" != "$s3_version" ]; then
    need_maven
    say "fetching S3Mock $s3_version (31 MB) through Maven into $s3_jar"
    part="$s3_jar.part"
    rm -rf "$part"
    mkdir -p "$part"
    mvn -q -B -f "$pom" dependency:copy "-Dartifact=com.adobe.testing:s3mock:$s3_version:jar:exec" "-DoutputDirectory=$part"
    mv "$part/s3mock-$s3_version-exec.jar" "$s3_jar"
    rm -rf "$part"
    echo "$s3_version" > "$s3_jar.version"
fi
say "S3Mock $s3_version is in $s3_jar"
