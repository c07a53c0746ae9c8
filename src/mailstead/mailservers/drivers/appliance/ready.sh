#!/bin/bash
# Says "ready" when mail is served: every port listens and greets. Greeting also wakes what the first client would wait for.
ports=$(ss -Hltn | awk '{ sub(/.*:/, "", $4); print $4 }')
for port in 25 465 587 993 4190 443 11332; do
    grep -qx "$port" <<< "$ports" || { echo "port $port is closed"; exit 1; }
done
for port in 25 587 4190; do
    exec 3<> "/dev/tcp/127.0.0.1/$port" && read -r -t 20 line <&3 || { echo "port $port does not greet"; exit 1; }
    exec 3>&-
done
[ -S /run/dovecot/lmtp ] || { echo "no local delivery"; exit 1; }
echo ready
