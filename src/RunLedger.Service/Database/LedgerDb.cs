using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Database;

/// <summary>
/// The ledger's tables as they are read: the rows the writers know, in any database. Nothing is written through it.
/// </summary>
sealed class LedgerDb(DbContextOptions<LedgerDb> options) : DbContext(options)
{
    /// <summary>What is special about the database that is read.</summary>
    public ReadingDialect Dialect { get; } = options.GetExtension<CoreOptionsExtension>()
        .ApplicationServiceProvider!.GetRequiredService<ReadingDialect>();

    public DbSet<RunRow> Runs => Set<RunRow>();
    public DbSet<ComponentRow> Components => Set<ComponentRow>();
    public DbSet<ArchivedAt> ArchivedAt => Set<ArchivedAt>();
    public DbSet<RunAlias> RunAliases => Set<RunAlias>();
    public DbSet<RunStatusCount> StatusCounts => Set<RunStatusCount>();
    public DbSet<RejectedRow> Rejected => Set<RejectedRow>();
    public DbSet<OperatorActionRow> Actions => Set<OperatorActionRow>();

    /// <summary>The headers that left <see cref="Runs"/>, with the same columns.</summary>
    public IQueryable<RunRow> ArchivedRuns => Runs.FromSql($"select * from process_run_archive");

    /// <summary>Since when those of some runs are archived that are.</summary>
    public Task<Dictionary<Guid, DateTime>> ArchivedOf(IEnumerable<Guid> runs, CancellationToken cancellationToken) =>
        ArchivedAt.Where(a => runs.Contains(a.ProcessRunId))
            .ToDictionaryAsync(a => a.ProcessRunId, a => a.At, cancellationToken);

    /// <summary>The components of <see cref="ArchivedRuns"/>.</summary>
    public IQueryable<ComponentRow> ArchivedComponents =>
        Components.FromSql($"select * from process_component_archive");

    /// <summary>
    /// The first bytes of a column, cut by the database, so that a long one does not travel. SQLite makes null of none.
    /// </summary>
    public static byte[]? Head(byte[] bytes, int from, int count) =>
        throw new InvalidOperationException("This is translated to SQL and never called.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<RunStatus>().HaveConversion<StatusConverter>();
        Dialect.Convert(configurationBuilder);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RunRow>().ToTable("process_run_observation").HasKey(r => r.ProcessRunId);
        modelBuilder.Entity<ComponentRow>().ToTable("process_component_observation").HasKey(c => c.ComponentRunId);
        modelBuilder.Entity<ArchivedAt>().ToTable("process_run_archive").HasKey(a => a.ProcessRunId);
        modelBuilder.Entity<RunAlias>().ToTable("process_run_alias").HasKey(a => a.AliasId);
        modelBuilder.Entity<RunStatusCount>().ToTable("run_status_count").HasKey(c => new { c.Writer, c.Status });
        modelBuilder.Entity<RejectedRow>().ToTable("rejected_observation").HasKey(r => r.RejectedId);
        modelBuilder.Entity<OperatorActionRow>().ToTable("operator_action").HasKey(a => a.Id);

        // The fold is between the ledger and itself: of a run's readers want to know the attempt, which is its head.
        modelBuilder.Entity<ComponentRow>().Ignore(c => c.Fold);
        Dialect.Json<RunRow>(modelBuilder, r => r.EvidenceRef);
        Dialect.Json<ComponentRow>(modelBuilder, c => c.EvidenceRef);
        Dialect.Json<OperatorActionRow>(modelBuilder, a => a.Detail);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
        modelBuilder.Entity<ArchivedAt>().Property(a => a.At).HasColumnName("archived_at");
        // substr counts bytes on bytea in PostgreSQL and on a blob in SQLite.
        modelBuilder.HasDbFunction(() => Head(default!, default, default)).HasName("substr").IsBuiltIn();
    }

    sealed class StatusConverter() : ValueConverter<RunStatus, string>(
        status => status.Text(), text => RunStatusText.Parse(text));
}
