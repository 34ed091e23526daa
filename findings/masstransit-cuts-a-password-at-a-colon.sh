#!/usr/bin/env bash
# MassTransit.RabbitMQ 8.5.12 and RabbitMQ.Client 7.2.2 read the same address differently: in amqp://u:p:w@host the second colon
# belongs to the password (RFC 3986, 3.2.1), which the client keeps and MassTransit cuts off, so that a login which works in one is
# refused (ACCESS_REFUSED) in the other. Written p%3Aw both agree. Expected: "MassTransit p, RabbitMQ.Client p:w" and
# "MassTransit p:w, RabbitMQ.Client p:w".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/password.cs" << 'CS'
#:package MassTransit.RabbitMQ@8.5.12
#:package RabbitMQ.Client@7.2.2
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

foreach (var address in new[] { "amqp://u:p:w@host/", "amqp://u:p%3Aw@host/" }.Select(text => new Uri(text)))
    Console.WriteLine(
        $"MassTransit {address.GetHostSettings().Password}, RabbitMQ.Client {new ConnectionFactory { Uri = address }.Password}");
CS
seen=$(cd "$folder" && dotnet run password.cs)
echo "$seen"
[[ $seen == $'MassTransit p, RabbitMQ.Client p:w\nMassTransit p:w, RabbitMQ.Client p:w' ]] || { echo "CHANGED" && exit 1; }
