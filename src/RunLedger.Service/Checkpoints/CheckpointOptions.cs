using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Checkpoints;

/// <summary>How sealed commits are vouched for: <c>RunLedger__Sealing__Enabled</c> has them sealed.</summary>
sealed class CheckpointOptions
{
    /// <summary>The configuration section, <c>Checkpoint</c>.</summary>
    public const string Section = "Checkpoint";

    /// <summary>How often a checkpoint is made of the commits since the last one, if there are any.</summary>
    /// <value>The default is one minute: what was committed since the last one is not vouched for yet.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The file of the private key; <c>key create --signing</c> makes one. Read once, at start.</summary>
    /// <value>The default is null: the key of <c>Dossier__SigningKey</c>.</value>
    public string? SigningKey { get; set; }

    /// <summary>
    /// Where each checkpoint is appended, a line each; made where it is missing, for the user of the process alone.
    /// </summary>
    /// <value>The default is null: they are in the database alone, where whoever changes it can change them.</value>
    public string? File { get; set; }
}
