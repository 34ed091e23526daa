using Microsoft.Extensions.Options;

namespace RunLedger.Client;

/// <summary>What the attributes of the options say of their ranges.</summary>
[OptionsValidator]
sealed partial class RunLedgerClientOptionsRanges : IValidateOptions<RunLedgerClientOptions>;
