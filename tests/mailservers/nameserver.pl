#!/usr/bin/perl
# Answers over UDP on 127.0.0.53 from the table behind __END__-less STDIN: name type value, one a line.
# Test machines have no network; mail needs names. Everything else is NXDOMAIN, at once.
use strict; use warnings; use Socket;
my %table;
open my $in, '<', $ARGV[0] or die;
while (<$in>) { chomp; my ($name, $type, $value) = split / /, $_, 3; push @{$table{"$name $type"}}, $value; $table{$name} = 1 }
socket my $socket, PF_INET, SOCK_DGRAM, 0 or die;
bind $socket, sockaddr_in(53, inet_aton('127.0.0.53')) or die;
my %number = (1 => 'A', 15 => 'MX', 16 => 'TXT');
sub name { join '', map { pack('C/a*', $_) } split(/\./, $_[0]), '' }
sub data {
    my ($type, $value) = @_;
    return inet_aton($value) if $type eq 'A';
    return pack('n', 10) . name($value) . "\0" if $type eq 'MX';
    return join '', map { pack 'C/a*', $_ } unpack '(a255)*', $value;
}
while (my $from = recv $socket, my $query, 4096, 0) {
    my ($id) = unpack 'n', $query;
    my ($at, @labels) = (12);
    while (my $length = ord substr $query, $at, 1) { push @labels, lc substr $query, $at + 1, $length; $at += $length + 1 }
    my $question = substr $query, 12, $at + 5 - 12;
    my $type = $number{unpack 'n', substr $query, $at + 1, 2} // '';
    my $name = join '.', @labels;
    my @values = @{$table{"$name $type"} // []};
    my $code = $table{$name} ? 0 : 3;
    my $answer = pack('n6', $id, 0x8580 | $code, 1, scalar @values, 0, 0) . $question;
    $answer .= pack('n n n N n/a*', 0xc00c, unpack('n', substr $query, $at + 1, 2), 1, 60, data($type, $_)) for @values;
    send $socket, $answer, 0, $from;
}
