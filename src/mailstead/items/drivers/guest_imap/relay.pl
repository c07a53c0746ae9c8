# Gives numbered pieces in a folder to a program, as one input, and leaves what it answers beside them.
# perl - FOLDER PROGRAM ARGUMENT...   Ends as the program ends. One at a time: a relay that was left running ends first.
use strict;
use warnings;
use Fcntl qw(:flock);

my ($folder, @program) = @ARGV;
umask 0077;
$SIG{PIPE} = 'IGNORE';
open(my $lock, '>', "$folder/../relay.lock") or die "relay.lock: $!\n";
flock($lock, LOCK_EX) or die "relay.lock: $!\n";
open(my $answers, '>', "$folder/answers") or die "answers: $!\n";
my $child = open(my $input, '|-') // die "fork: $!\n";
if (!$child) {
    open(STDOUT, '>&', $answers) or die "answers: $!\n";
    exec { $program[0] } @program or die "$program[0]: $!\n";
}
binmode $input;
PIECE: for (my $number = 0; open(my $piece, '<:raw', "$folder/$number"); $number++) {
    unlink "$folder/$number";
    while (read($piece, my $part, 65536)) { print {$input} $part or last PIECE; }
}
close $input;
exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
