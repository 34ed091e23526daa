using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace RunLedger.Service.Web;

/// <summary>Reads for a page the same query object that a route of the API is given.</summary>
static class QueryObject
{
    /// <typeparam name="T">Its members are texts, each with the name of its parameter.</typeparam>
    public static T Read<T>(IQueryCollection sent)
        where T : new()
    {
        var query = new T();
        foreach (var (name, member) in Members<T>())
        {
            if (sent[name].ToString() is { Length: > 0 } text)
                member.SetValue(query, text);
        }

        return query;
    }

    /// <summary>The parameters, each with its member.</summary>
    public static IEnumerable<(string Name, PropertyInfo Member)> Members<T>() =>
        from member in typeof(T).GetProperties()
        let name = member.GetCustomAttribute<FromQueryAttribute>()?.Name
        where name is not null
        select (name, member);
}
