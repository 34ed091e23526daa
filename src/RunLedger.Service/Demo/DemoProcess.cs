using RunLedger.Contracts;

namespace RunLedger.Service.Demo;

/// <summary>A process of the invented company whose runs the demo sends.</summary>
/// <param name="Candidate">Its code.</param>
/// <param name="Source">Who runs it.</param>
/// <param name="Steps">What a run of it does, in turn.</param>
sealed record DemoProcess(string Candidate, string Source, DemoStep[] Steps)
{
    /// <summary>What workflows start, and what starts by itself.</summary>
    public static readonly DemoProcess[] All =
    [
        new("PROC-CAND:dot:kg", SourceSystems.DotRuntime,
            [
                new("dot_kg_extract", ComponentRoles.Producer),
                new("dot_kg_link", ComponentRoles.Step),
                new("dot_kg_check", ComponentRoles.Verifier),
            ]),
        new("PROC-CAND:job:invoice-import", SourceSystems.JobQueue,
            [
                new("invoice_fetch", ComponentRoles.Step),
                new("invoice_parse", ComponentRoles.Producer),
                new("invoice_book", ComponentRoles.Step),
                new("invoice_check", ComponentRoles.Verifier),
            ]),
        new("PROC-CAND:dot:report", SourceSystems.DotRuntime,
            [
                new("dot_report_collect", ComponentRoles.Step),
                new("dot_report_render", ComponentRoles.Producer),
                new("dot_report_check", ComponentRoles.Verifier),
            ]),
        new("PROC-CAND:job:thumbnails", SourceSystems.JobQueue,
            [
                new("image_load", ComponentRoles.Step),
                new("image_scale", ComponentRoles.Producer),
                new("image_store", ComponentRoles.Step),
            ]),
        new("PROC-CAND:dot:price-check", SourceSystems.DryRun,
            [
                new("dot_price_load", ComponentRoles.Step),
                new("dot_price_compute", ComponentRoles.Producer),
                new("dot_price_compare", ComponentRoles.Verifier),
            ]),
    ];

    /// <summary>Each step of these starts a run of another process.</summary>
    public static readonly DemoProcess[] Workflows =
    [
        new("PROC-CAND:wf:nightly-load", SourceSystems.WorkflowEngine,
            [
                new("wf_load", ComponentRoles.Step),
                new("wf_derive", ComponentRoles.Step),
                new("wf_publish", ComponentRoles.Producer),
            ]),
        new("PROC-CAND:wf:customer-sync", SourceSystems.WorkflowEngine,
            [
                new("wf_pull", ComponentRoles.Step),
                new("wf_push", ComponentRoles.Producer),
            ]),
    ];

    public string Name => Candidate[(Candidate.LastIndexOf(':') + 1)..];
}
