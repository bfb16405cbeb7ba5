#!/usr/bin/env bash
# Puts reports of one category, of as many reporters, at one place, into the broker, as of now.
#
# TANGGAP_BURST_LON, TANGGAP_BURST_LAT  where, degrees WGS 84
# TANGGAP_BURST_CATEGORY                canonical category: banjir or kebakaran
# TANGGAP_BURST_N                       how many
# TANGGAP_BROKERS                       host:port of the broker
# TANGGAP_BIN                           the program, which does the producing
set -euo pipefail

case ${TANGGAP_BURST_CATEGORY:-banjir} in
    banjir) name=Banjir ;;
    kebakaran) name=Kebakaran ;;
    *) echo "burst: no QLUE name is known here for ${TANGGAP_BURST_CATEGORY}" >&2; exit 1 ;;
esac
n=${TANGGAP_BURST_N:-60}
latitude=${TANGGAP_BURST_LAT:--6.2153}
longitude=${TANGGAP_BURST_LON:-106.8272}
brokers=${TANGGAP_BROKERS:?host:port of the broker, as the demo says at start}
program=${TANGGAP_BIN:-tanggap}
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
run=$(date +%s)$$
# The program would take them for settings.
unset "${!TANGGAP_BURST_@}" TANGGAP_BROKERS TANGGAP_BIN

for number in $(seq "$n"); do
    printf '{"post_id":"burst-%s-%d","created_at":"%s","category":"%s","lat":%s,"lng":%s,"user_id":"burst-%s-%d","status":"wait"}\n' \
        "$run" "$number" "$now" "$name" "$latitude" "$longitude" "$run" "$number"
done | "$program" simulate --stdin qlue.reports --brokers "$brokers"
