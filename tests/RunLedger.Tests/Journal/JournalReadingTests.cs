using System.Text;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class JournalReadingTests
{
    const string Started =
        """
        "processRunId":"0194fdc2-fa2f-7cc0-81d3-ff1207450001","processCandidateCode":"P","correlationId":"c",
        "sourceSystem":"job_queue","occurredAt":"2026-03-01T08:00:00Z"
        """;

    readonly JournalReading _reading = new("run-ledger", new Rejections(new FakeTimeProvider()));

    [Theory]
    [InlineData("RunLedger.Contracts:RunStarted", "application/json", "{" + Started + "}")]
    [InlineData("RunLedger.Contracts:RunStarted", null, "{" + Started + "}")]
    [InlineData("somewhere", "application/vnd.masstransit+json",
        """{"messageType":["urn:message:RunLedger.Contracts:RunStarted"],"message":{""" + Started + "}}")]
    [InlineData("RunLedger.Contracts:RunObservations", "application/json",
        """{"observations":[{"type":"RunStarted",""" + Started + "}]}")]
    [InlineData("somewhere", "application/cloudevents+json",
        """{"specversion":"1.0","id":"1","source":"x","type":"RunStarted","data":{""" + Started + "}}")]
    public void A_start_is_read_however_it_was_published(string exchange, string? contentType, string body)
    {
        var part = Assert.Single(Read(exchange, contentType, body));

        Assert.Equal(("RunStarted", null), (part.Contract, part.Reason));
        Assert.Equal("c", Assert.IsType<RunStarted>(part.Message).CorrelationId);
    }

    [Fact]
    public void What_cannot_be_read_of_a_message_costs_nothing_of_its_neighbours()
    {
        var parts = Read("RunLedger.Contracts:RunObservations", "application/json",
            """{"observations":[{"type":"Nope"},{"type":"RunStarted",""" + Started + "},7]}");

        Assert.Equal([null, "RunStarted", null], parts.Select(part => part.Message?.GetType().Name));
        Assert.StartsWith("\"type\" 'Nope' is not known", parts[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RunLedger.Contracts:RunStarted", "application/json", "rubbish")]
    [InlineData("RunLedger.Contracts:RunStarted", "no type at all;;", "\0")]
    [InlineData("amq.fanout", null, "{}")]
    public void Rubbish_is_a_part_with_a_reason(string exchange, string? contentType, string body)
    {
        var part = Assert.Single(Read(exchange, contentType, body));

        Assert.Null(part.Message);
        var row = part.Reject(part.Reason!);
        Assert.Equal(("run-ledger", body), (row.Origin, Encoding.UTF8.GetString(row.Payload)));
    }

    IReadOnlyList<JournalPart> Read(string exchange, string? contentType, string body) => _reading.Read(
        new Delivery(exchange, new BasicProperties { ContentType = contentType }, Encoding.UTF8.GetBytes(body)));
}
