using Microsoft.Extensions.Options;

namespace RunLedger.Service.Bridge;

/// <summary>Every fault of the options in one message, when the host starts.</summary>
[OptionsValidator]
sealed partial class BridgeOptionsValidation : IValidateOptions<BridgeOptions>;
