using System.Reflection;
using System.Xml.Linq;

namespace RunLedger.Tests.Support;

/// <summary>The summaries an assembly's documentation file holds, as plain text.</summary>
sealed class XmlDocumentation(Assembly assembly)
{
    readonly Dictionary<string, XElement> _members = XDocument
        .Load(Path.ChangeExtension(assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    public string Summary(Type type) => Text(_members[$"T:{type.FullName}"]);

    public string Summary(PropertyInfo property)
    {
        var declaring = property.DeclaringType!;
        var member = _members[$"P:{declaring.FullName}.{property.Name}"];
        return member.Element("inheritdoc") is null
            ? Text(member)
            : Summary(declaring.GetInterfaces()
                .Select(type => type.GetProperty(property.Name)).OfType<PropertyInfo>().First());
    }

    static string Text(XElement member)
    {
        var words = member.Element("summary")!.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value.Split('.')[^1],
            XElement element => element.Value,
            _ => node.ToString(),
        });
        return string.Join(' ', string.Concat(words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
