#!/bin/sh
# Brings the machine to what lies in the folder of new files; see docs/formats/appliance.md.
# Whatever it did not finish, the next look shows, and the next run does: run it as often as you like.
# Prints what it did, one line a step; the last line is "done". Exit 3: the data disk is not ours.
set -eu
LC_ALL=C
SYSTEMCTL_SKIP_SYSV=1 # no start-up links for init scripts that nobody runs: seconds a service under emulation
export LC_ALL SYSTEMCTL_SKIP_SYSV
umask 022
state=/var/lib/mailstead
parcel=$(dirname "$0")
jobs=$parcel/jobs
device=${MAILSTEAD_DISK:-/dev/disk/by-id/virtio-mailstead-data}
label=mailstead-data

say() { printf '%s\n' "$*"; }
of() { awk -F '\t' -v kind="$1" '$1 == kind { print $2 }' "$jobs"; }

prepare_disk() {
    if [ ! -e "/dev/disk/by-label/$label" ]; then
        blank "$device" || { say "the data disk $device holds something that is not ours" >&2; exit 3; }
        mkfs.ext4 -q -m 1 -L "$label" "$device"
        udevadm trigger --settle "$(readlink -f "$device")"
        say "disk formatted"
    fi
}

# Blank is: no signature known to blkid, and the first 4 MiB all zero.
blank() {
    [ -b "$1" ] || { say "there is no data disk $1" >&2; exit 3; }
    [ -z "$(blkid -p -o export "$1" 2>/dev/null)" ] && [ "$(head -c 4194304 "$1" | tr -d '\0' | wc -c)" -eq 0 ]
}

mount_disk() {
    systemctl daemon-reload
    systemctl enable --quiet var-vmail.mount
    mountpoint -q /var/vmail || { systemctl start var-vmail.mount; say "disk mounted"; }
    chown vmail:vmail /var/vmail
    chmod 0750 /var/vmail
    have=$(findmnt -no SOURCE /var/vmail)
    blocks=$(dumpe2fs -h "$have" 2>/dev/null | awk -F: '$1 == "Block count" { count = $2 }
        $1 == "Block size" { size = $2 } END { printf "%d", count * size / 1048576 }')
    whole=$(($(blockdev --getsize64 "$have") / 1048576))
    if [ $((whole - blocks)) -gt 8 ]; then
        resize2fs "$have" > /dev/null 2>&1
        say "disk grown to $whole MiB"
    fi
}

# One process for all files: each is renamed into place, so nobody ever reads half of one.
install_files() {
    perl -F'\t' -lane '
        next unless $F[0] eq "file";
        my ($mode, $owner, $path) = @F[1, 2, 3];
        my $from = "'"$parcel"'/new$path";
        next unless -e $from;
        my ($user, $group) = split /:/, $owner;
        my ($uid, $gid) = (scalar getpwnam $user, scalar getgrnam $group);
        defined $uid && defined $gid or die "no user or group $owner\n";
        my $made = "";
        for my $part (split m{/}, substr $path, 1, rindex($path, "/") - 1) {
            $made .= "/$part";
            mkdir $made, 0755 unless -d $made;
        }
        chmod oct $mode, $from or die "$path: $!\n";
        chown $uid, $gid, $from or die "$path: $!\n";
        utime undef, undef, $from;
        unlink $path if -l $path;
        rename $from, $path or die "$path: $!\n";
        print "file $path";
    ' "$jobs"
    of remove | while IFS= read -r path; do rm -f -- "$path"; say "removed $path"; done
}

set_name() {
    [ "$(cat /proc/sys/kernel/hostname)" = "$(cat /etc/hostname)" ] || hostname -F /etc/hostname
}

change_mailboxes() {
    of mailbox | while IFS= read -r room; do
        [ -d "/var/vmail/$room" ] && continue
        install -d -o vmail -g vmail -m 0750 "/var/vmail/${room%/*}" "/var/vmail/$room"
        say "mailbox $room"
    done
    of unmailbox | while IFS= read -r room; do
        rm -rf -- "/var/vmail/${room:?}"
        rmdir --ignore-fail-on-non-empty "/var/vmail/${room%/*}" 2>/dev/null || :
        say "removed mailbox $room"
    done
}

compile_filter() {
    filter=/etc/dovecot/sieve/spam.sieve
    [ "${filter%.sieve}.svbin" -nt "$filter" ] || sievec "$filter"
}

run_services() {
    [ -s "$state/pending" ] || return 0
    systemctl daemon-reload
    sort -u "$state/pending" > "$state/services"
    off=$(systemctl is-enabled $(cat "$state/services") 2>/dev/null | grep -vc '^enabled' || :)
    [ "$off" = 0 ] || systemctl enable --quiet $(cat "$state/services")
    stopped= reload= restart=
    for service in $(cat "$state/services"); do
        if ! systemctl is-active --quiet "$service"; then stopped="$stopped $service"; continue; fi
        case $service in
            dovecot | nginx | postfix) reload="$reload $service" ;;
            *) restart="$restart $service" ;;
        esac
    done
    [ -z "$restart" ] || systemctl restart $restart
    [ -z "$reload" ] || systemctl reload $reload
    [ -z "$stopped" ] || systemctl start $stopped
    say "started:$stopped; restarted:$restart; reloaded:$reload"
    rm -f "$state/services" "$state/pending"
}

tail -n 1 "$jobs" | grep -qx end || { say "the list of jobs is cut short" >&2; exit 4; }
exec 9> "$state/lock"
flock -w 200 9 || { say "another run is still busy" >&2; exit 5; }
prepare_disk
of service >> "$state/pending"
install_files
set_name
mount_disk
change_mailboxes
compile_filter
run_services
rm -rf "$parcel"
find "$state/incoming" -mindepth 1 -maxdepth 1 -mmin +120 -exec rm -rf {} +
say done
