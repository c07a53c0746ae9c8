# Brings the machine to what lies in the folder of new files; see docs/formats/appliance.md.
# Whatever it did not finish, the next look shows, and the next run does: run it as often as you like.
# Argument: seconds since 1970 by the control plane's clock. Prints what it did, one line a step, with the seconds it
# took; the last line is "done". Exit 3: the data disk is not ours. 4: the jobs are cut short. 5: another run is busy.
# One process where that can be: each costs 50 ms or more under software emulation.
use strict;
use warnings;
use Fcntl qw(:flock);
use Time::HiRes ();

$ENV{LC_ALL} = 'C';
$ENV{SYSTEMCTL_SKIP_SYSV} = 1;    # no start-up links for init scripts that nobody runs
umask 022;
$| = 1;
my $state = '/var/lib/mailstead';
my ($parcel) = $0 =~ m{^(.*)/};
my $device = $ENV{MAILSTEAD_DISK} // '/dev/disk/by-id/virtio-mailstead-data';
my $label = 'mailstead-data';
my $disk = "/dev/disk/by-label/$label";
my %reloads = map { $_ => 1 } qw(dovecot nginx postfix systemd-networkd);
my ($start, $last) = (Time::HiRes::time()) x 2;

sub say_done {
    my $now = Time::HiRes::time();
    printf "%5.1f %s\n", $now - $last, $_[0];
    $last = $now;
}

sub refuse { my ($status, $why) = @_; print STDERR "$why\n"; exit $status }

sub must { system(@_) == 0 or die "@_ ended with " . ($? >> 8) . "\n" }

sub slurp {
    open my $file, '<', $_[0] or return '';
    local $/;
    return scalar <$file> // '';
}

sub read_jobs {
    my @lines = split /\n/, slurp("$parcel/jobs");
    @lines && pop @lines eq 'end' or refuse(4, 'the list of jobs is cut short');
    return map { [split /\t/] } @lines;
}

# Blank is: no signature known to blkid, and the first 4 MiB all zero.
sub blank {
    -b $device or refuse(3, "there is no data disk $device");
    `blkid -p -o export $device 2>/dev/null` eq '' or return 0;
    open my $raw, '<:raw', $device or die "$device: $!\n";
    read $raw, my $begin, 4 << 20;
    return $begin !~ /[^\0]/;
}

sub prepare_disk {
    unless (-e $disk) {
        blank() or refuse(3, "the data disk $device holds something that is not ours");
        must('mkfs.ext4', '-q', '-m', 1, '-L', $label, $device);
        must('udevadm', 'trigger', '--settle', '/dev/' . name_of($device));
        say_done('disk formatted');
    }
    unless (slurp('/proc/self/mounts') =~ m{ /var/vmail }) {
        must('systemctl', 'start', 'var-vmail.mount');
        say_done('disk mounted');
    }
    my ($uid, $gid) = (getpwnam 'vmail')[2, 3];
    chown $uid, $gid, '/var/vmail' and chmod 0750, '/var/vmail' or die "/var/vmail: $!\n";
    grow(slurp('/sys/class/block/' . name_of($disk) . '/size'));
}

# Looked at once a size: resize2fs has to read the whole layout to find that there is nothing to do.
sub grow {
    my ($size) = @_;
    return if $size eq slurp("$state/disk-size");
    my $said = `resize2fs $disk 2>&1`;
    $? == 0 or die "resize2fs: $said\n";
    write_file("$state/disk-size", $size);
    say_done('disk grown') if $said =~ /is now/;
}

sub name_of { return (readlink($_[0]) // $_[0]) =~ m{([^/]+)$} ? $1 : '' }

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', "$path.new" or die "$path: $!\n";
    print {$file} $text and close $file and rename "$path.new", $path or die "$path: $!\n";
}

sub make_folders {
    my ($path) = @_;
    my $made = '';
    for my $part (split m{/}, substr $path, 1, rindex($path, '/') - 1) {
        $made .= "/$part";
        -d $made or mkdir $made, 0755 or die "$made: $!\n";
    }
}

# Renamed into place, so nobody ever reads half of a file.
sub install_file {
    my ($mode, $owner, $path) = @_;
    my $from = "$parcel/new$path";
    return unless -e $from;
    my ($user, $group) = split /:/, $owner;
    my ($uid, $gid) = (scalar getpwnam $user, scalar getgrnam $group);
    defined $uid && defined $gid or die "no user or group $owner\n";
    make_folders($path);
    chmod oct $mode, $from or die "$path: $!\n";
    chown $uid, $gid, $from or die "$path: $!\n";
    utime undef, undef, $from;
    unlink $path if -l $path;
    rename $from, $path or die "$path: $!\n";
}

sub make_mailbox {
    my ($uid, $gid) = (getpwnam 'vmail')[2, 3];
    my ($domain) = $_[0] =~ m{^([^/]+)/};
    for my $folder ("/var/vmail/$domain", "/var/vmail/$_[0]") {
        next if -d $folder;
        mkdir $folder, 0750 and chown $uid, $gid, $folder or die "$folder: $!\n";
    }
}

sub remove_mailbox {
    my ($room) = $_[0] =~ m{^([^/]+/[^/]+)$} or die "not a mailbox: $_[0]\n";
    must('rm', '-rf', '--', "/var/vmail/$room");
    rmdir "/var/vmail/" . $room =~ s{/.*}{}r;
}

sub set_name {
    my $name = slurp('/etc/hostname');
    $name eq slurp('/proc/sys/kernel/hostname') or must('hostname', '-F', '/etc/hostname');
}

sub set_clock {
    my ($now) = @_;
    must('date', '--set', sprintf '@%.3f', $now + Time::HiRes::time() - $start);
    ($start, $last) = (Time::HiRes::time()) x 2;
}

sub compile_filter {
    my ($name) = @_;
    my ($source, $compiled) = map { (stat "$name.$_")[9] // 0 } qw(sieve svbin);
    must('sievec', "$name.sieve") if $compiled <= $source;
}

sub run_services {
    my %stale = map { $_ => 1 } split /\n/, slurp("$state/pending");
    my @stale = sort keys %stale or return;
    my $wants = '/etc/systemd/system/multi-user.target.wants';
    my @off = grep { !-l "$wants/$_.service" } @stale;
    push @off, 'var-vmail.mount' unless -l '/etc/systemd/system/local-fs.target.wants/var-vmail.mount';
    # The manager need not hear of it before the next boot; telling it costs 3 s under emulation.
    must('systemctl', 'enable', '--no-reload', '--quiet', @off) if @off;
    my @active = split /\n/, `systemctl is-active @stale`;
    my %todo;
    push @{ $todo{ shift @active eq 'active' ? $reloads{$_} ? 'reload' : 'restart' : 'start' } }, $_ for @stale;
    for my $verb (grep { $todo{$_} } qw(restart reload start)) {
        must('systemctl', $verb, @{ $todo{$verb} });
        say_done("$verb: @{$todo{$verb}}");
    }
    unlink "$state/pending";
}

my @jobs = read_jobs();
sub of { my ($kind) = @_; return map { [@{$_}[1 .. $#$_]] } grep { $_->[0] eq $kind } @jobs }

open my $lock, '>', "$state/lock" or die "$state/lock: $!\n";
my $patience = time + 200;
until (flock $lock, LOCK_EX | LOCK_NB) {
    time < $patience or refuse(5, 'another run is still busy');
    sleep 1;
}
set_clock($ARGV[0]), say_done('clock set') if of('clock') && $ARGV[0];
prepare_disk();
my @services = map { @$_ } of('service');
write_file("$state/pending", join '', map { "$_\n" } split(/\n/, slurp("$state/pending")), @services) if @services;
install_file(@$_) for of('file');
unlink $_->[0] for of('remove');
say_done(of('file') . ' files written, ' . of('remove') . ' removed');
set_name();
make_mailbox(@$_) for of('mailbox');
remove_mailbox(@$_) for of('unmailbox');
say_done(of('mailbox') . ' mailboxes looked after, ' . of('unmailbox') . ' removed');
compile_filter('/etc/dovecot/sieve/spam');
run_services();
must('rm', '-rf', '--', $parcel);
for my $old (glob "$state/incoming/*") { must('rm', '-rf', '--', $old) if -d $old && -M _ > 1 / 12 }
printf "%5.1f in all\n", Time::HiRes::time() - $start;
print "done\n";
