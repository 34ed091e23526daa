using Microsoft.Extensions.Options;

namespace RunLedger;

/// <summary>Every fault of the options in one message, when the host starts.</summary>
[OptionsValidator]
sealed partial class RunLedgerOptionsValidation : IValidateOptions<RunLedgerOptions>;
