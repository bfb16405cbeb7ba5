#!/bin/sh
# Fetches Apache Kafka as jars, for the tests that run against a real broker. Safe to run again: what is there stays.
#
# Needs Java 17 or later to run the broker and Maven to fetch it; on Debian and Ubuntu both are installed if missing.
# So is kcat, the stock client of the tests. By hand: install kcat, a Java 17 runtime and Maven, then
#   mvn -B -f tests/kafka/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=DIR
# and point TANGGAP_KAFKA_JARS to DIR.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
pom="$root/tests/kafka/pom.xml"
jars=${TANGGAP_KAFKA_JARS:-${TANGGAP_CACHE:-$HOME/.cache/tanggap}/kafka}
version=$(sed -n 's|.*<kafka.version>\(.*\)</kafka.version>.*|\1|p' "$pom")

install_packages() {
    echo "install-kafka: installing $* (to $why)"
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        echo "install-kafka: not root: sudo will run the next command and may ask for your password"
        sudo=sudo
    fi
    command -v apt-get > /dev/null || {
        echo "install-kafka: no apt-get here; please install $* by hand" >&2
        exit 1
    }
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

if ! command -v java > /dev/null; then
    why='run Apache Kafka in the tests'
    install_packages openjdk-17-jre-headless
fi

if ! command -v kcat > /dev/null; then
    why='try a stock client on the embedded broker'
    install_packages kcat
fi

if [ -f "$jars/kafka_2.13-$version.jar" ] && [ -f "$jars/.complete-$version" ]; then
    echo "install-kafka: Apache Kafka $version is in $jars"
    exit 0
fi

if ! command -v mvn > /dev/null; then
    why='fetch the jars of Apache Kafka'
    install_packages maven
fi

echo "install-kafka: fetching Apache Kafka $version (43 MB) through Maven into $jars"
rm -rf "$jars.part"
mkdir -p "$(dirname "$jars")"
mvn -q -B -f "$pom" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$jars.part"
touch "$jars.part/.complete-$version"
rm -rf "$jars"
mv "$jars.part" "$jars"
echo "install-kafka: Apache Kafka $version is in $jars"
