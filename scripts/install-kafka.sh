#!/usr/bin/env bash
# Fetches Apache Kafka as jars, for the tests that run against a real broker. Safe to run again: what is there stays.
#
# Needs Java 17 or later to run the broker and Maven to fetch it; on Debian and Ubuntu both are installed if missing.
# So is kcat, the stock client of the tests. By hand: install kcat, a Java 17 runtime and Maven, then
#   mvn -B -f tests/kafka/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=DIR
# and point TANGGAP_KAFKA_JARS to DIR.
set -euo pipefail
. "$(dirname "$0")/packages.bash"

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
pom="$root/tests/kafka/pom.xml"
jars=${TANGGAP_KAFKA_JARS:-${TANGGAP_CACHE:-$HOME/.cache/tanggap}/kafka}
version=$(sed -n 's|.*<kafka.version>\(.*\)</kafka.version>.*|\1|p' "$pom")

if ! command -v java > /dev/null; then
    say "Java is missing: the tests run a real Apache Kafka"
    install_packages openjdk-17-jre-headless
fi

if ! command -v kcat > /dev/null; then
    say "kcat is missing: the tests try a stock client on the embedded broker"
    install_packages kcat
fi

if [ -f "$jars/kafka_2.13-$version.jar" ] && [ -f "$jars/.complete-$version" ]; then
    say "Apache Kafka $version is in $jars"
    exit 0
fi

if ! command -v mvn > /dev/null; then
    say "Maven is missing: it fetches the jars of Apache Kafka"
    install_packages maven
fi

say "fetching Apache Kafka $version (43 MB) through Maven into $jars"
rm -rf "$jars.part"
mkdir -p "$(dirname "$jars")"
mvn -q -B -f "$pom" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$jars.part"
touch "$jars.part/.complete-$version"
rm -rf "$jars"
mv "$jars.part" "$jars"
say "Apache Kafka $version is in $jars"
