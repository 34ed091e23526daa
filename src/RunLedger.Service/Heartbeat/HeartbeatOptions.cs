using System.ComponentModel.DataAnnotations;
using RunLedger.Service.Channels;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Heartbeat;

/// <summary>Who is called while the ledger keeps up.</summary>
sealed class HeartbeatOptions
{
    /// <summary>The configuration section, <c>Heartbeat</c>.</summary>
    public const string Section = "Heartbeat";

    /// <summary>
    /// The address, http or https, or <c>env:RUNLEDGER_SECRET_…</c> or <c>file:…</c> where it is found.
    /// </summary>
    /// <value>The default is null: nobody is called.</value>
    public string? Address { get; set; }

    /// <summary>How often.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How far behind its queue a ledger still keeps up.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan Behind { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether the address with <c>/fail</c> at its end is called while the ledger does not keep up, as healthchecks.io
    /// has it.
    /// </summary>
    /// <value>The default is false: nobody is called then, and whoever waits notices.</value>
    public bool Fail { get; set; }

    /// <summary>What is wrong with the options, each in words and without the address, which may be a secret.</summary>
    public IEnumerable<string> Faults()
    {
        if (Address is null)
            yield break;
        var fault = SecretReader.IsName(Address)
            ? SecretReader.FaultOf(Address)
            : ChannelBody.AddressFault(Address);
        if (fault is not null)
            yield return $"Heartbeat:Address {fault}.";
    }
}
