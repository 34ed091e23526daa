using System.Linq.Expressions;
using System.Reflection;

namespace RunLedger.Storage.Rows;

/// <summary>A column of a table: its name, how its value is got from a row, and how it is read into one.</summary>
abstract class Column<TRow>(string name)
{
    public string Name => name;

    /// <summary>The values of some rows, as a typed array.</summary>
    public abstract Array Values(List<TRow> rows);

    public abstract object? Value(TRow row);

    public abstract void Read(StoredRow from, int at, TRow into);
}

/// <inheritdoc/>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="T">
/// The value as providers take it: a Guid, text, a time, bytes; nullable where the column is.
/// </typeparam>
sealed class Column<TRow, T>(string name, Func<TRow, T> get, Action<TRow, T> set, Func<StoredRow, int, T> read)
    : Column<TRow>(name)
{
    public Func<TRow, T> Get => get;

    public Action<TRow, T> Set => set;

    public override Array Values(List<TRow> rows)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = get(rows[i]);
        return values;
    }

    public override object? Value(TRow row) => get(row);

    public override void Read(StoredRow from, int at, TRow into) => set(into, read(from, at));
}

/// <summary>Makes columns of properties.</summary>
static class Column
{
    public static Column<TRow> Of<TRow>(string name, Expression<Func<TRow, Guid>> property) =>
        Create(name, property, (row, at) => row.GetGuid(at));

    public static Column<TRow> Of<TRow>(string name, Expression<Func<TRow, Guid?>> property) =>
        Create(name, property, (row, at) => row.IdAt(at));

    public static Column<TRow> Of<TRow>(string name, Expression<Func<TRow, string?>> property) =>
        Create(name, property, (row, at) => row.TextAt(at));

    public static Column<TRow> Of<TRow>(string name, Expression<Func<TRow, DateTime>> property) =>
        Create(name, property, (row, at) => row.GetTime(at));

    public static Column<TRow> Of<TRow>(string name, Expression<Func<TRow, DateTime?>> property) =>
        Create(name, property, (row, at) => row.TimeAt(at));

    public static Column<TRow> Of<TRow>(string name, Expression<Func<TRow, byte[]?>> property) =>
        Create(name, property, (row, at) => row.BytesAt(at));

    /// <summary>A property that is kept as text of its own spelling.</summary>
    public static Column<TRow> Of<TRow, T>(
        string name, Expression<Func<TRow, T>> property, Func<T, string> write, Func<string, T> parse)
    {
        var (get, set) = (property.Compile(), Setter(property));
        return new Column<TRow, string>(
            name, row => write(get(row)), (row, text) => set(row, parse(text)), (row, at) => row.GetString(at));
    }

    static Column<TRow, T> Create<TRow, T>(
        string name, Expression<Func<TRow, T>> property, Func<StoredRow, int, T> read) =>
        new(name, property.Compile(), Setter(property), read);

    // Rows are immutable to all but who makes them: the setter of an init-only property.
    static Action<TRow, T> Setter<TRow, T>(Expression<Func<TRow, T>> property) =>
        ((PropertyInfo)((MemberExpression)property.Body).Member).SetMethod!.CreateDelegate<Action<TRow, T>>();
}
