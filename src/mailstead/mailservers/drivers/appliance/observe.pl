# Tells what is there, one fact a line, fields separated by tabs; see docs/formats/appliance.md.
# Arguments: the files and folders that are mailstead's. Changes nothing. One process, for each costs 50 ms or more
# under software emulation.
use strict;
use warnings;

my $state = '/var/lib/mailstead';
my @units = qw(dovecot nginx postfix rspamd systemd-networkd);
my @packages = qw(dovecot-core nginx-light postfix rspamd);

sub fact { print join("\t", @_), "\n" }

sub below {    # all files of these paths
    return map { -d && !-l ? below(grep { !m{/\.\.?$} } glob_all($_)) : -f ? $_ : () } @_;
}

sub glob_all {
    my ($folder) = @_;
    opendir my $handle, $folder or return;
    return map { "$folder/$_" } readdir $handle;
}

sub slurp {
    open my $file, '<', $_[0] or return '';
    local $/;
    return scalar <$file> // '';
}

sub size_in {    # the sum that Dovecot keeps in maildirsize; the first line is the limit
    my (undef, @lines) = split /\n/, slurp("$_[0]/Maildir/maildirsize");
    my $total = 0;
    $total += (split)[0] // 0 for @lines;
    return @lines ? $total : '';
}

sub tell_files {
    my @paths = sort grep { !/\.svbin$/ } below(@ARGV);
    return unless @paths;
    my (%user, %group);
    open my $digests, '-|', 'sha256sum', '--zero', '--', @paths or die;
    local $/ = "\0";
    while (<$digests>) {
        chomp;
        my ($digest, $path) = /^([0-9a-f]{64})  (.*)$/s or next;
        my (undef, undef, $mode, undef, $uid, $gid) = stat $path or next;
        $user{$uid} //= getpwuid $uid // $uid;
        $group{$gid} //= getgrgid $gid // $gid;
        fact('file', sprintf('%o', $mode & 07777), "$user{$uid}:$group{$gid}", $digest, $path);
    }
}

sub tell_disk {
    return unless slurp('/proc/self/mounts') =~ m{ /var/vmail };
    my (undef, $all, undef, $free) = split ' ', (split /\n/, `df -Pk /var/vmail`)[1];
    fact('disk', int $all / 1024, int $free / 1024);
    my ($device) = (readlink('/dev/disk/by-label/mailstead-data') // '') =~ m{([^/]+)$};
    fact('pending', 'disk') if defined $device && slurp("/sys/class/block/$device/size") != slurp("$state/disk-size");
    for my $home (sort grep { -d } map { glob_all($_) } grep { -d } glob_all('/var/vmail')) {
        my ($room) = $home =~ m{^/var/vmail/([^/]+/[^/]+)$};
        fact('room', $room, size_in($home)) unless $room =~ m{(^|/)\.\.?(/|$)};
    }
}

sub tell_users {
    for (split /\n/, slurp('/etc/dovecot/users')) {
        my ($name, $quota, $open) = /^([^:]+):.*:userdb_quota_rule=\*:storage=(\d+)M mailstead=(on|off)(?: |$)/ or next;
        fact('user', $name =~ s/\\'/'/gr, $quota, $open);
    }
}

sub tell_services {
    my @active = split /\n/, `systemctl is-active @units`;
    for my $unit (@units) {
        my $link = "/etc/systemd/system/multi-user.target.wants/$unit.service";
        fact('service', "$unit.service", shift @active // 'unknown', -l $link ? 'enabled' : 'disabled');
    }
}

fact('report', 1);
fact('time', time);
$| = 1;
tell_files();
-f "$state/applied" and fact('applied', slurp("$state/applied") =~ s/\n.*//sr);
fact('pending', $_) for split /\n/, slurp("$state/pending");
tell_disk();
tell_users();
tell_services();
system qw(dpkg-query --show --showformat), 'version\t${Package}\t${Version}\n', @packages;
fact('queued', scalar below(map { "/var/spool/postfix/$_" } qw(incoming active deferred hold)));
fact('end');
