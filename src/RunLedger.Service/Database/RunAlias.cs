namespace RunLedger.Service.Database;

/// <summary>A row of <c>process_run_alias</c>: an id under which a run is known besides its own.</summary>
sealed record RunAlias(Guid AliasId, Guid ProcessRunId);
