using System.Text;
using CsCheck;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Service.Intake;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake;

public sealed class BodyFuzzTests
{
    static readonly ObservationValidator Validator = new(new RunLedgerOptions(), TimeProvider.System);

    static readonly byte[][] Seeds =
    [
        BadBodies.Good(),
        Encoding.UTF8.GetBytes(LineageEvents.Event().ToJsonString()),
        .. BadBodies.All.Select(bad => bad.Json).Where(json => json.Length < 10_000),
    ];

    static readonly Gen<byte[]> Piece = Gen.OneOf(
        Gen.OneOf(
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "\r\n", " ", "null", "1e9", "\\ud800", "\\u0000", "\uFEFF",
            "\"type\":\"RunStarted\",", "\"\\udc00\":1,", "é", new string('[', 70),
            new string('{', 70)).Select(Encoding.UTF8.GetBytes),
        Gen.Byte.Array[1, 4]);

    /// <summary>One, some in an array or in lines, with pieces put in, or in place of others.</summary>
    static readonly Gen<byte[]> Body = Gen.Select(
        Gen.OneOf(Seeds).Array[1, 4],
        Gen.Int[0, 2],
        Gen.Select(Gen.Int[0, 5_000], Gen.Int[0, 6], Piece).Array[0, 5]).Select(Compose);

    [Fact]
    public void Whatever_bytes_are_sent_become_observations_or_reasons_that_can_be_stored() => Body.Sample(
        body =>
        {
            Check(BodyParts.Of(body, 100).Select(ObservationBody.Observation));
            Check(BodyParts.Of(body, 100).Select(part => ObservationBody.Lineage(part, 256 * 1024)));
        },
        iter: 20_000);

    [Fact]
    public async Task Whatever_bytes_are_sent_the_answer_is_202_or_400()
    {
        await using var ledger = await EmbeddedLedger.Start();
        await Body.SampleAsync(
            async body =>
            {
                foreach (var route in (string[])["/api/observations", "/api/v1/lineage"])
                {
                    using var content = new ByteArrayContent(body);
                    var (status, answer) = await ledger.Post(route, content);
                    Assert.True(status is 202 or 400, $"{status} {answer}");
                }
            },
            iter: 200, threads: 1);
    }

    static void Check(IEnumerable<IntakeLine> lines)
    {
        foreach (var line in lines)
        {
            Assert.True(line.Message is null ^ line.Reason is null, "one of observation and reason");
            var reason = line.Reason;
            if (line.Message is not null)
                Validator.TryValidate((RunObservation)line.Message, out _, out reason);
            Assert.InRange(Encoding.UTF8.GetByteCount(reason!), 0, 2_000);
            Assert.InRange((line.Contract ?? "").Length, 0, 100);
        }
    }

    static byte[] Compose(byte[][] seeds, int shape, (int Place, int Replaced, byte[] Piece)[] changes)
    {
        List<byte> body =
            [.. shape == 1 ? BadBodies.Array(seeds) : BadBodies.Joined("\n", shape == 0 ? seeds[..1] : seeds)];
        foreach (var (place, replaced, piece) in changes)
        {
            var at = place % (body.Count + 1);
            body.RemoveRange(at, Math.Min(replaced, body.Count - at));
            body.InsertRange(at, piece);
        }

        return [.. body];
    }
}
