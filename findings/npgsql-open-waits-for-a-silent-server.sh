#!/usr/bin/env bash
# Npgsql 10.0.3: the token given to NpgsqlConnection.OpenAsync does not end the wait for a server that took the TCP connection and
# says nothing. It ends with the connection string's Timeout, as a NpgsqlException and not as an OperationCanceledException. One would
# have guessed that a cancelled token ends it at once. Whoever stops a process that is just connecting must stop waiting itself
# (Task.WaitAsync). Expected: "NpgsqlException after 6 s", with a token that was cancelled after one second.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/open.cs" << 'CS'
#:package Npgsql@10.0.3
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

var silent = new TcpListener(IPAddress.Loopback, 0);
silent.Start();
var address = (IPEndPoint)silent.LocalEndpoint;
var clock = Stopwatch.StartNew();
using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
try
{
    await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={address.Port};Username=u;Password=p;Timeout=6");
    await connection.OpenAsync(limit.Token);
}
catch (Exception e)
{
    Console.WriteLine($"{e.GetType().Name} after {Math.Floor(clock.Elapsed.TotalSeconds)} s");
}
CS
seen=$(cd "$folder" && dotnet run open.cs)
echo "$seen"
[[ $seen == "NpgsqlException after 6 s" ]] || { echo "CHANGED: expected 'NpgsqlException after 6 s'" && exit 1; }
