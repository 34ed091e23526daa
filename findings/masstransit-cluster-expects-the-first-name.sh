#!/usr/bin/env bash
# MassTransit.RabbitMQ 8.5.12, UseCluster with TLS: whichever node is connected to, its certificate is checked for the name of the
# host that the bus was configured with, not for the node's own. A cluster whose nodes have certificates of their own names answers
# on one node only. And an attempt tries a single node: RabbitMQ.Client, which would go through a list, is given one at a time.
# One would have guessed a list, each with its own name, as RabbitMQ.Client's own AmqpTcpEndpoint has it.
# Expected: "a as a", "b as a", "1 at a time".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/cluster.cs" << 'CS'
#:package MassTransit.RabbitMQ@8.5.12
using MassTransit.RabbitMqTransport.Configuration;

var host = new RabbitMqHostConfigurator(new Uri("amqps://a/"));
host.UseSsl();
host.UseCluster(cluster =>
{
    cluster.Node("a");
    cluster.Node("b");
});
var resolver = host.Settings.EndpointResolver;
foreach (var node in resolver.All().Concat(resolver.All()))
    Console.WriteLine($"{node.HostName} as {node.Ssl.ServerName}");
Console.WriteLine($"{resolver.All().Count()} at a time");
CS
seen=$(cd "$folder" && dotnet run cluster.cs)
echo "$seen"
[[ $seen == $'a as a\nb as a\n1 at a time' ]] || { echo "CHANGED" && exit 1; }
