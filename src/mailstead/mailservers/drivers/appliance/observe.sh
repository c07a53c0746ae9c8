#!/bin/sh
# Tells what is there, one fact a line, fields separated by tabs; see docs/formats/appliance.md.
# Arguments: the files and folders that are mailstead's. Changes nothing.
set -u
LC_ALL=C
export LC_ALL
state=/var/lib/mailstead
tab=$(printf '\t')

printf 'report\t1\n'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$@" -type f ! -name '*.svbin' -print0 2>/dev/null | sort -z > "$work/names"
xargs -0r sha256sum < "$work/names" > "$work/digests"
xargs -0r stat -c '%a %U:%G' < "$work/names" | paste -d ' ' - "$work/digests" |
    sed -nE 's/^([0-7]+) ([^ ]+) ([0-9a-f]{64})  (.*)$/file\t\1\t\2\t\3\t\4/p'
[ -f "$state/applied" ] && printf 'applied\t%s\n' "$(cat "$state/applied")"
[ -f "$state/pending" ] && sed "s/^/pending$tab/" "$state/pending"

if mountpoint -q /var/vmail; then
    df -Pk /var/vmail | awk 'NR == 2 { printf "disk\t%d\t%d\n", $2 / 1024, $4 / 1024 }'
    cd /var/vmail && for home in */*/; do
        [ -d "$home" ] || continue
        size=
        [ -f "$home/Maildir/maildirsize" ] &&
            size=$(awk 'NR > 1 { total += $1 } END { printf "%d", total }' "$home/Maildir/maildirsize")
        printf 'room\t%s\t%s\n' "${home%/}" "$size"
    done
fi
[ -f /etc/dovecot/users ] && sed -nE \
    "s/\\\\'/'/g"'; s/^([^:]+):.*:storage=([0-9]+)M mailstead=(on|off)$/user\t\1\t\2\t\3/p' /etc/dovecot/users

systemctl show -p Id -p ActiveState -p UnitFileState \
    dovecot nginx postfix redis-server rspamd systemd-networkd |
    awk -F= '$1 == "Id" { id = $2 } $1 == "ActiveState" { active = $2 }
        $1 == "UnitFileState" { print "service\t" id "\t" active "\t" $2 }'
dpkg-query -W -f 'version\t${Package}\t${Version}\n' \
    dovecot-core nginx-light postfix redis-server rspamd 2>/dev/null
printf 'queued\t%d\n' "$(find /var/spool/postfix/incoming /var/spool/postfix/active \
    /var/spool/postfix/deferred /var/spool/postfix/hold -type f 2>/dev/null | wc -l)"
printf 'time\t%s\n' "$(date +%s)"
printf 'end\n'
