using RunLedger.Folding;

namespace RunLedger.Service.Web;

/// <summary>Statuses as the library describes them, for what is shown.</summary>
static class RunStatuses
{
    /// <summary>Whether a run in this status is over.</summary>
    public static bool EndsRun(this RunStatus status) => RunStatusText.Traits[(int)status].EndsRun;
}
