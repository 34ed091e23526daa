namespace RunLedger.Service.Query;

/// <summary>A column of a view.</summary>
sealed record QueryColumn(string Name, QueryColumnKind Kind)
{
    /// <summary>The type as the statement sees it.</summary>
    public string Type => Kind switch
    {
        QueryColumnKind.Id => "uuid",
        QueryColumnKind.Time => "timestamptz",
        QueryColumnKind.Json => "json",
        _ => "varchar",
    };
}
