using System.Text.Json;
using RunLedger.Telemetry;

namespace RunLedger.Service.Query;

/// <summary>
/// A statement as DuckDB's own parser reads it. It is refused unless it is one select that reads the views and nothing
/// else; this is the first of two walls, the other is that the process may open no file but the archive's.
/// </summary>
static class QueryStatement
{
    const int MaxDepth = 2_000;

    static readonly string[] TableFunctions =
        ["unnest", "range", "generate_series", "generate_subscripts", "json_each", "json_tree"];

    static readonly string[] ForbiddenFunctions =
    [
        "current_setting", "getenv", "getvariable", "write_log", "nextval", "currval", "query", "query_table", "glob",
        "json_execute_serialized_sql", "sql_auto_complete", "force_checkpoint", "checkpoint",
    ];

    static readonly string[] ForbiddenPrefixes = ["pragma_", "duckdb_", "pg_", "read_", "parquet_", "sniff_"];

    /// <param name="serialized">What <c>json_serialize_sql</c> made of the statement.</param>
    public static QueryNeeds Read(string serialized)
    {
        try
        {
            using var document = JsonDocument.Parse(serialized, new() { MaxDepth = MaxDepth });
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return Refused("It is nested too deeply.");
        }
    }

    static QueryNeeds Read(JsonElement root)
    {
        if (root.GetProperty("error").GetBoolean())
        {
            return Refused(root.GetProperty("error_type").GetString() == "parser"
                ? $"It cannot be read: {root.GetProperty("error_message").GetString()}."
                : "Only a select is run: nothing here writes, copies, attaches, installs, loads or sets anything.");
        }

        var statements = root.GetProperty("statements");
        if (statements.GetArrayLength() != 1)
            return Refused("Send one statement, and no more than one.");
        var parts = new Parts();
        return parts.Visit(statements[0]) is { } refusal ? Refused(refusal)
            : parts.TableFault() is { } fault ? Refused(fault)
            : new(null, parts.Columns());
    }

    static QueryNeeds Refused(string why) => new(why, new Dictionary<string, string[]>());

    /// <summary>What a statement is made of, as far as it matters here.</summary>
    sealed class Parts
    {
        readonly HashSet<string> _tables = new(StringComparer.OrdinalIgnoreCase);
        readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);
        readonly HashSet<string> _aliases = new(StringComparer.OrdinalIgnoreCase);
        readonly HashSet<string> _columns = new(StringComparer.OrdinalIgnoreCase);
        readonly HashSet<string> _last = new(StringComparer.OrdinalIgnoreCase);
        bool _all;

        /// <summary>Why it is refused; null where it is not.</summary>
        public string? Visit(JsonElement node)
        {
            if (node.ValueKind == JsonValueKind.Object && Fault(node) is { } fault)
                return fault;
            var children = node.ValueKind switch
            {
                JsonValueKind.Object => node.EnumerateObject().Select(member => member.Value),
                JsonValueKind.Array => node.EnumerateArray(),
                _ => [],
            };
            return children.Select(Visit).FirstOrDefault(refusal => refusal is not null);
        }

        public string? TableFault() => _tables.FirstOrDefault(
            table => !_named.Contains(table) && !Array.Exists(QueryView.All, view => IsOf(view, table))) is { } strange
            ? $"There is no '{new ForeignText(strange)}' here: select from runs and components."
            : null;

        static bool IsOf(QueryView view, string table) => view.Name.Equals(table, StringComparison.OrdinalIgnoreCase);

        /// <summary>
        /// By view, those the statement may read. One too many costs time, one too few would be a fault.
        /// </summary>
        public Dictionary<string, string[]> Columns() => QueryView.All.Where(view => _tables.Contains(view.Name))
            .ToDictionary(view => view.Name, view => view.Columns.Select(column => column.Name)
                // A table's own name is all of its row.
                .Where(name => _all || _last.Overlaps(_aliases) || name == QueryView.RunId || _columns.Contains(name))
                .ToArray());

        string? Fault(JsonElement node)
        {
            var type = Text(node, "type");
            switch (Text(node, "class"))
            {
                case "FUNCTION" when Forbidden(Text(node, "function_name")!) is { } function:
                    return $"The function {function} is not to be had here.";
                case "PARAMETER":
                    return "It has a parameter, and there are no values for it: write the value.";
                case "STAR" or "POSITIONAL_REFERENCE":
                    _all = true;
                    break;
            }

            if (node.TryGetProperty("key", out var name) && node.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.Object && value.TryGetProperty("query", out _))
                _named.Add(name.GetString()!);
            _all |= type is "PIVOT" || Text(node, "ref_type") == "NATURAL"
                || (node.TryGetProperty("column_name_alias", out var renamed) && renamed.GetArrayLength() > 0);
            Names(node, "column_names", _columns);
            Names(node, "using_columns", _columns);
            if (node.TryGetProperty("column_names", out var path) && path.GetArrayLength() > 0)
                _last.Add(path[path.GetArrayLength() - 1].GetString()!);
            return type switch
            {
                "BASE_TABLE" => Table(node),
                "TABLE_FUNCTION" => Function(node),
                "SHOW_REF" => "Nothing is described here: docs/query.md names the columns of runs and components.",
                "SUBQUERY" or "JOIN" => Aliased(node),
                _ => null,
            };
        }

        string? Table(JsonElement node)
        {
            var table = Text(node, "table_name")!;
            if (Text(node, "schema_name") is { Length: > 0 } || Text(node, "catalog_name") is { Length: > 0 })
                return $"There is no other schema or database here: select from runs and components, not from "
                    + $"'{new ForeignText(table)}' in one.";
            _tables.Add(table);
            _aliases.Add(table);
            return Aliased(node);
        }

        string? Function(JsonElement node)
        {
            var name = node.TryGetProperty("function", out var function) ? Text(function, "function_name") : null;
            Aliased(node);
            return TableFunctions.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? null
                : $"'{new ForeignText(name ?? "")}' is not to be selected from: only runs, components and "
                    + $"{string.Join(", ", TableFunctions)} are. No file and no address can be read.";
        }

        string? Aliased(JsonElement node)
        {
            if (Text(node, "alias") is { Length: > 0 } alias)
                _aliases.Add(alias);
            return null;
        }

        static string? Forbidden(string name) =>
            ForbiddenFunctions.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(ForbiddenPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                ? new ForeignText(name).ToString()
                : null;

        static void Names(JsonElement node, string member, HashSet<string> into)
        {
            if (node.TryGetProperty(member, out var names) && names.ValueKind == JsonValueKind.Array)
                into.UnionWith(names.EnumerateArray().Select(name => name.GetString()!));
        }

        static string? Text(JsonElement node, string member) =>
            node.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
    }
}
