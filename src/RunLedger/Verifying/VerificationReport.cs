using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>What a verification has found and how much it looked at.</summary>
sealed class VerificationReport
{
    readonly List<string> _findings = [];

    /// <summary>A line for each thing that is wrong.</summary>
    public IReadOnlyList<string> Findings => _findings;

    public long Commits { get; set; }
    public long Observations { get; set; }
    public long Rows { get; set; }

    /// <summary>Rows that are in the archive's files alone.</summary>
    public long Filed { get; set; }

    public long Checkpoints { get; set; }
    public long Slices { get; set; }

    /// <summary>Commits that no checkpoint vouches for yet.</summary>
    public long Open { get; set; }

    /// <summary>How often sealing was switched on.</summary>
    public long Epochs { get; set; }

    /// <summary>Rows that changed or went while it was switched off.</summary>
    public long WhileOff { get; set; }

    /// <summary>Rows of before it was switched on that have not been taken up yet.</summary>
    public long NotTakenUp { get; set; }

    public void Say(string finding) => _findings.Add(finding);

    public void Say(LeafKind kind, Guid id, string finding) => _findings.Add($"{Name(kind)} {id} {finding}");

    static string Name(LeafKind kind) => kind switch
    {
        LeafKind.Rejected => "rejected observation",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
