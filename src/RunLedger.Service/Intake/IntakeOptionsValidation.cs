using Microsoft.Extensions.Options;

namespace RunLedger.Service.Intake;

/// <summary>Every fault of the options in one message, when the host starts.</summary>
[OptionsValidator]
sealed partial class IntakeOptionsValidation : IValidateOptions<IntakeOptions>;
