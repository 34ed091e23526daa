using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// An observation that says by itself what it is, <c>{"type":"RunStarted", …}</c>: an item of a batch, a line over
/// HTTP.
/// </summary>
/// <param name="Contract">What it says it is; null where it does not.</param>
/// <param name="Message">The observation or definition, or null.</param>
/// <param name="Reason">Why it is none, or null.</param>
readonly record struct TypedObservation(string? Contract, object? Message, string? Reason)
{
    /// <summary>An unknown name is quoted so that its sender recognizes it, not more.</summary>
    const int QuotedAtMost = 100;

    static readonly string Send = $"send one of {string.Join(", ", ContractMap.Names)}";

    /// <summary>Of bytes that may be anything.</summary>
    public static TypedObservation Read(ReadOnlyMemory<byte> utf8) =>
        JsonBody.TryRead(utf8, out var json, out var fault) ? Read(json) : new(null, null, fault);

    /// <param name="json">All of whose text can be read.</param>
    public static TypedObservation Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new(null, null, "An observation is a JSON object with a \"type\".");
        if (!json.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return new(null, null, $"\"type\" is missing: {Send}.");
        var name = CutText.To(type.GetString(), QuotedAtMost) ?? "";
        if (ContractMap.TypeOf(name) is not { } contract)
            return new(name, null, $"\"type\" '{name}' is not known: {Send}.");
        return JsonBody.ToContract(contract, json) switch
        {
            RejectedBody refused => new(name, null, refused.Reason),
            var message => new(name, message, null),
        };
    }
}
