using Microsoft.Extensions.Options;

namespace RunLedger;

/// <summary>What the attributes of the options say of their ranges.</summary>
[OptionsValidator]
sealed partial class RunLedgerOptionsRanges : IValidateOptions<RunLedgerOptions>;
