using System.Text;
using CsCheck;
using Google.Protobuf;
using RunLedger.Contracts;
using RunLedger.Service.Intake.Otlp;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake.Otlp;

public sealed class SpanFuzzTests
{
    static readonly byte[] Good = Spans.Request(Spans.Task(1), Spans.Run(), Spans.Plain(9, 0, 1)).ToByteArray();

    static readonly Gen<byte[]> Mutated = Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Byte).Array[1, 6].Select(Changed);

    [Fact]
    public void Whatever_bytes_are_sent_are_a_fault_or_observations_or_reasons() =>
        Mutated.Sample(body => Check(TraceBody.Read(TraceEncoding.Protobuf, body)), iter: 1_000);

    [Fact]
    public void Whatever_JSON_is_sent_is_a_fault_or_observations_or_reasons()
    {
        var json = Encoding.UTF8.GetString(SpanJson.Request(
            "{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]}"u8,
            """
            {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"00000000000000a1","kind":2,"name":"n\ud83e\udd86",
             "startTimeUnixNano":"1772443800123456789","endTimeUnixNano":"1772443900123456789","attributes":[
             {"key":"cicd.pipeline.run.id","value":{"intValue":"7"}},
             {"key":"cicd.pipeline.name","value":{"stringValue":"p"}},
             {"key":"x","value":{"kvlistValue":{"values":[
               {"key":"y","value":{"arrayValue":{"values":[{"doubleValue":1.5}]}}}]}}}]}
            """u8));
        Assert.NotNull(TraceBody.Read(TraceEncoding.Json, Encoding.UTF8.GetBytes(json)).Lines[0].Message);
        string[] bits =
            ["null", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"", "1e999", "-1", ",", "\"a\"", "}", "é", "true"];

        Gen.Select(Gen.Int[0, json.Length - 1], Gen.Int[0, 12], Gen.Int[0, bits.Length - 1]).Array[1, 3].Sample(
            changes =>
            {
                var body = changes.Aggregate(json, (text, change) =>
                {
                    var at = Math.Min(change.Item1, text.Length);
                    return text[..at] + bits[change.Item3] + text[Math.Min(at + change.Item2, text.Length)..];
                });
                Check(TraceBody.Read(TraceEncoding.Json, Encoding.UTF8.GetBytes(body)));
            },
            iter: 1_500);
    }

    static byte[] Changed((int At, byte Value)[] changes)
    {
        var body = Good.ToArray();
        foreach (var (at, value) in changes)
            body[at] = value;
        return body;
    }

    static void Check(TraceBody body)
    {
        if (body.Fault is not null)
        {
            Assert.Empty(body.Lines);
            return;
        }

        Assert.All(body.Lines, line =>
        {
            Assert.True(line.Message is RunObservation ^ line.Reason is not null, "one of observation and reason");
            if (line.Message is not RunObservation observation)
                return;
            Assert.NotEqual(Guid.Empty, observation.ProcessRunId);
            Assert.Equal(0, observation.OccurredAt.Ticks % TimeSpan.TicksPerMicrosecond);
        });
    }
}
