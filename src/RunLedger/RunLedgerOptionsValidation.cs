using Microsoft.Extensions.Options;

namespace RunLedger;

/// <summary>Every fault of the options in one message, when the host starts.</summary>
sealed class RunLedgerOptionsValidation : IValidateOptions<RunLedgerOptions>
{
    readonly RunLedgerOptionsRanges _ranges = new();

    public ValidateOptionsResult Validate(string? name, RunLedgerOptions options)
    {
        var faults = new List<string>();
        if (_ranges.Validate(name, options) is { Failed: true } ranges)
            faults.AddRange(ranges.Failures);
        faults.AddRange(options.Deadlines.Faults());
        faults.AddRange(options.Expected.Faults());
        faults.AddRange(options.Unlike.Faults());
        faults.AddRange(options.Retention.Faults());
        faults.AddRange(options.Archive.Faults());
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
