using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RunLedger.Contracts;

namespace RunLedger.Client;

/// <summary>Every fault of the options in one message, when the host starts.</summary>
sealed class RunLedgerClientOptionsValidation(IServiceProviderIsService services)
    : IValidateOptions<RunLedgerClientOptions>
{
    readonly RunLedgerClientOptionsRanges _ranges = new();

    public ValidateOptionsResult Validate(string? name, RunLedgerClientOptions options)
    {
        var faults = new List<string>();
        if (_ranges.Validate(name, options) is { Failed: true } ranges)
            faults.AddRange(ranges.Failures);
        if (!SourceSystems.All.Contains(options.SourceSystem))
            faults.Add($"SourceSystem '{options.SourceSystem}' is not known: set one of "
                + $"{string.Join(", ", SourceSystems.All)}.");
        if (options.LedgerUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
            faults.Add($"LedgerUrl '{url}' is no http address.");
        if (options.LedgerUrl is null && !services.IsService(typeof(IBus)))
            faults.Add("There is no way to the ledger: add a bus with AddMassTransit, or set LedgerUrl.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
