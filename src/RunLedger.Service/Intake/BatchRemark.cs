using System.Text.Json.Serialization;

namespace RunLedger.Service.Intake;

/// <summary>What there is to say of an event of a batch.</summary>
/// <param name="Index">Its place in the array, from 0.</param>
/// <param name="Reason">In words its sender can act on.</param>
/// <param name="Retriable">Whether sending it again may help; absent where it was taken.</param>
sealed record BatchRemark(
    int Index,
    string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Retriable = null);
