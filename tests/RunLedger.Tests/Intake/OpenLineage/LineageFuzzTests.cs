using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using RunLedger.Contracts;
using Xunit;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

public sealed class LineageFuzzTests
{
    const int EvidenceLimit = 4096;

    static readonly Gen<string> Scalar = Gen.OneOf(
        Gen.Int.Select(number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.String.Select(text => JsonSerializer.Serialize(text)),
        Gen.OneOf(
            "null", "true", "-1e999", "\"\"", "\" \"", "\"fail\"", "\"airflow\"",
            "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\ud83e\\udd86\"",
            "\"9999-12-31T23:59:59.999999999-14:00\"", "\"0001-01-01T00:00:00+14:00\"", "\"0001-01-01T00:00:00\"",
            "\"2026-03-02T09:30:00\"", "\"00000000-0000-0000-0000-000000000000\"", $"\"{Run}\"",
            $"\"{new string('é', 5000)}\"", new string('[', 70) + new string(']', 70)));

    static readonly Gen<string> Name =
        Gen.OneOf("runId", "namespace", "name", "job", "run", "root", "a", "\\ud800", "\\u0000");

    static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Scalar
        : Gen.Frequency(
            (4, Scalar),
            (1, inner.Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
            (2, Gen.Select(Name, inner, (name, value) => $"\"{name}\":{value}").Array[0, 4]
                .Select(members => $"{{{string.Join(',', members)}}}"))));

    /// <summary>A few places of a good event, each with what stands there now.</summary>
    static readonly Gen<string> Mutated = Gen.Select(Gen.Int[0, 1000], Json, Gen.Bool).Array[1, 4].Select(Mutate);

    [Fact]
    public void Whatever_JSON_is_sent_is_an_observation_that_can_be_passed_on_or_a_reason_that_can_be_stored() =>
        Mutated.Sample(Check, iter: 5_000);

    [Fact]
    public void JSON_that_never_was_an_event_is_answered_too() => Json.Sample(Check, iter: 2_000);

    [Fact]
    public void Of_the_mutated_events_many_are_taken_and_many_are_refused()
    {
        var taken = 0;
        var refused = 0;
        Mutated.Sample(
            json =>
            {
                Interlocked.Increment(ref MapText(json).Observation is null ? ref refused : ref taken);
            },
            iter: 2_000);

        Assert.True(taken > 200 && refused > 200, $"{taken} taken, {refused} refused");
    }

    static void Check(string json)
    {
        var (observation, reason, isIgnored) = MapText(json, EvidenceLimit);

        Assert.True(observation is null ^ reason is null, "one of observation and reason");
        Assert.False(isIgnored && observation is not null);
        if (observation is null)
        {
            Assert.NotEmpty(reason!);
            Assert.DoesNotContain(reason!, char.IsControl);
            Assert.InRange(Encoding.UTF8.GetByteCount(reason!), 1, 1024);
            return;
        }

        Assert.NotEqual(Guid.Empty, observation.ProcessRunId);
        Assert.NotEqual(Guid.Empty, observation.ParentRunId);
        Assert.Equal(TimeSpan.Zero, observation.OccurredAt.Offset);
        Assert.All(
            new[] { observation.InputRef, observation.OutputRef, observation.ErrorRef },
            reference => Assert.InRange(Encoding.UTF8.GetByteCount(reference ?? ""), 0, 8192));
        Assert.InRange(observation.EvidenceRef?.GetRawText().Length ?? 0, 0, EvidenceLimit);
        AssertCrossesTheBus(observation);
    }

    static void AssertCrossesTheBus(RunObservation observation)
    {
        var wire = JsonSerializer.Serialize(observation, observation.GetType(), JsonSerializerOptions.Web);
        var back = (RunObservation)JsonSerializer.Deserialize(wire, observation.GetType(), JsonSerializerOptions.Web)!;
        Assert.Equal(observation with { EvidenceRef = null }, back with { EvidenceRef = null });
    }

    static string Mutate((int Place, string Json, bool Remove)[] mutations)
    {
        JsonNode root = Event();
        foreach (var (place, _, remove) in mutations)
        {
            var places = Members(root).ToList();
            var (owner, name) = places[place % places.Count];
            if (remove)
            {
                owner.Remove(name);
            }
            else
            {
                owner[name] = "@@";
            }
        }

        // Put in as text: a JsonNode holds no half characters and no member twice.
        var parts = root.ToJsonString().Split("\"@@\"");
        var json = new StringBuilder(parts[0]);
        foreach (var (part, mutation) in parts.Skip(1).Zip(mutations))
        {
            json.Append(mutation.Json).Append(part);
        }

        return json.ToString();
    }

    static IEnumerable<(JsonObject Owner, string Name)> Members(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Members(member.Value).Prepend((members, member.Key))),
        JsonArray items => items.SelectMany(Members),
        _ => [],
    };
}
