using System.ComponentModel;
using System.Text.Json;

namespace RunLedger.Service.Rejected;

/// <summary>What an operator says to send one rejected row again.</summary>
sealed record ResendRequest(
    [property: Description("What to send in place of what was rejected: JSON, or its text as a string. Left out: what it has.")]
    JsonElement? Payload,
    [property: Description("The same in base64, for what is no text.")] string? PayloadBase64,
    [property: Description("Why; at most 2,000 characters.")] string? Reason);
