using System.Text;
using System.Text.Json;
using MassTransit.Serialization;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Testing;

namespace RunLedger.Tests.Contracts;

/// <summary>What makes an observation one of several must not be seen on one that is alone.</summary>
public sealed class RunObservationsTests
{
    static readonly Some Run = Some.Run();
    static readonly RunObservation[] Kinds =
    [
        Run.Observed(), Run.Started(), Run.Heartbeat(), Run.Completed(), Run.Failed(), Run.Cancelled(),
        Run.StepStarted(Run.Id), Run.StepCompleted(Run.Id), Run.StepFailed(Run.Id), Run.StepCancelled(Run.Id),
    ];

    public static TheoryData<string> Options => ["web", "ledger", "masstransit"];

    [Theory]
    [MemberData(nameof(Options))]
    public void One_alone_has_no_type_and_is_read_with_and_without_one(string options)
    {
        foreach (var one in Kinds)
        {
            var json = JsonSerializer.Serialize(one, one.GetType(), Json(options));
            Assert.Equal(json, JsonSerializer.Serialize<object>(one, Json(options)));
            Assert.DoesNotContain("\"type\"", json, StringComparison.Ordinal);
            Assert.Equal(one, JsonSerializer.Deserialize(json, one.GetType(), Json(options)));
            foreach (var typed in (string[])[$$"""{"type":"X",{{json[1..]}}""", $$"""{{json[..^1]}},"type":1}"""])
                Assert.Equal(one, JsonSerializer.Deserialize(typed, one.GetType(), Json(options)));
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Each_of_several_begins_with_its_type_and_goes_on_as_it_would_alone(string options)
    {
        var json = JsonSerializer.Serialize<object>(new RunObservations { Observations = Kinds }, Json(options));

        using var document = JsonDocument.Parse(json);
        var items = document.RootElement.GetProperty("observations").EnumerateArray();
        Assert.Equal(Kinds.Select(Typed), items.Select(item => Squeezed(item.GetRawText())));
        Assert.Equal(Kinds, JsonSerializer.Deserialize<RunObservations>(json, Json(options))!.Observations);

        string Typed(RunObservation one) => Squeezed(
            $$"""{"type":"{{one.GetType().Name}}",{{JsonSerializer.Serialize<object>(one, Json(options))[1..]}}""");
    }

    [Fact]
    public void Each_of_several_is_what_the_intake_takes_alone()
    {
        foreach (var one in Kinds)
        {
            var several = JsonSerializer.SerializeToElement(new RunObservations { Observations = [one] }, Json("web"));
            var read = TypedObservation.Read(several.GetProperty("observations")[0], out _);
            Assert.Equal((one.GetType().Name, one, null), (read.Contract, read.Message, read.Reason));
        }
    }

    static JsonSerializerOptions Json(string options) => options switch
    {
        "web" => JsonSerializerOptions.Web,
        "ledger" => JsonBody.Options,
        _ => SystemTextJsonMessageSerializer.Options,
    };

    static string Squeezed(string json) => string.Concat(json.Where(c => !char.IsWhiteSpace(c)));
}
