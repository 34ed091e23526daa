using System.Runtime.InteropServices;
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
        JsonBody.TryParse(utf8, out var json, out var fault) ? Read(json, out _) : new(null, null, fault);

    /// <param name="json">As it was sent; its text need not be any.</param>
    /// <param name="dropped">What was left out of it, or mended.</param>
    public static TypedObservation Read(JsonElement json, out IReadOnlyList<string> dropped)
    {
        dropped = [];
        if (json.ValueKind != JsonValueKind.Object)
            return new(null, null, "An observation is a JSON object with a \"type\".");
        if (JsonBody.TypeOf(json) is not { ValueKind: JsonValueKind.String } type)
            return new(null, null, $"\"type\" is missing: {Send}.");
        var name = CutText.To(StorableText.Unescape(JsonMarshal.GetRawUtf8Value(type)[1..^1]), QuotedAtMost) ?? "";
        if (ContractMap.TypeOf(name) is not { } contract)
            return new(name, null, $"\"type\" '{name}' is not known: {Send}.");
        return JsonBody.ToContract(contract, json, out dropped) switch
        {
            RejectedBody refused => new(name, null, refused.Reason),
            var message => new(name, message, null),
        };
    }
}
