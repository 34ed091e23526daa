using System.ComponentModel;

namespace RunLedger.Service.Failures;

/// <summary>What an operator says of a group of failures.</summary>
sealed record NoteRequest([property: Description("At most 2,000 characters; an empty note takes the last one away.")] string? Note);
