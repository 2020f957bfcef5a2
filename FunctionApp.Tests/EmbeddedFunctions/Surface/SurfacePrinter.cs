using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace FunctionApp.Tests.EmbeddedFunctions.Surface;

/// <summary>Renders public and protected types and members, a line each, in the format of the official lists.</summary>
internal static class SurfacePrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The type's own line, followed by its members'.</summary>
    public static IEnumerable<string> Print(Type type)
    {
        yield return Header(type);
        var name = TypeNames.Of(type);
        foreach (var constructor in type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && IsVisible(constructor)))
        {
            yield return $"{(IsProtected(constructor) ? "protected " : "")}{name}.ctor({Parameters(constructor)})";
        }

        foreach (var field in type.GetFields(Declared).Where(field => !field.IsSpecialName && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)))
        {
            yield return type.IsEnum
                ? $"{name}.{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"
                : $"{FieldModifiers(field)}{TypeNames.OfField(field)} {name}.{field.Name}";
        }

        if (type.IsEnum) yield break;
        foreach (var property in type.GetProperties(Declared))
        {
            if (property.GetAccessors(nonPublic: true).Where(IsVisible).MaxBy(accessor => accessor.IsPublic) is { } accessor)
            {
                yield return $"{Modifiers(accessor)}{TypeNames.OfProperty(property)} {name}.{property.Name} {{ {Accessors(property)} }}";
            }
        }

        foreach (var @event in type.GetEvents(Declared).Where(@event => @event.AddMethod is { } add && IsVisible(add)))
        {
            yield return $"{Modifiers(@event.AddMethod!)}event {TypeNames.Of(@event.EventHandlerType!)} {name}.{@event.Name}";
        }

        foreach (var method in type.GetMethods(Declared).Where(IsListed))
        {
            yield return $"{Modifiers(method)}{TypeNames.OfParameter(method.ReturnParameter)} {name}.{method.Name}{TypeNames.Arguments(method)}({Parameters(method)})";
        }
    }

    private static bool IsListed(MethodInfo method)
        => IsVisible(method)
            && !method.Name.Contains('<', StringComparison.Ordinal)
            && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string Header(Type type)
    {
        var name = TypeNames.Of(type);
        if (type.IsEnum) return $"enum {name}";
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {TypeNames.OfParameter(invoke.ReturnParameter)} {name}({Parameters(invoke)})";
        }

        var bases = new List<Type>();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object)) bases.Add(parent);
        bases.AddRange(OwnInterfaces(type));
        var list = bases.Count == 0 ? "" : " : " + string.Join(", ", bases.Select(TypeNames.Of));
        return $"{Kind(type)} {name}{list}{Usage(type)}";
    }

    private static string Kind(Type type)
    {
        if (type.IsInterface) return "interface";
        if (type.IsValueType) return "struct";
        var kind = type.GetMethod("<Clone>$", Declared) is null ? "class" : "record";
        if (type is { IsAbstract: true, IsSealed: true }) return "static " + kind;
        return (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + kind;
    }

    /// <summary>The interfaces a type adds: neither its base's nor those that come along with another interface.</summary>
    private static IEnumerable<Type> OwnInterfaces(Type type)
    {
        var all = type.GetInterfaces();
        return all.Where(candidate => candidate.IsVisible
            && type.BaseType?.GetInterfaces().Contains(candidate) is not true
            && !all.Any(other => other.GetInterfaces().Contains(candidate)));
    }

    private static string Usage(Type type)
    {
        if (type.GetCustomAttribute<AttributeUsageAttribute>() is not { } usage || !typeof(Attribute).IsAssignableFrom(type)) return "";
        var targets = usage.ValidOn.ToString().Replace(", ", " | ", StringComparison.Ordinal);
        return $" [AttributeUsage({targets}{(usage.AllowMultiple ? ", AllowMultiple" : "")})]";
    }

    private static string FieldModifiers(FieldInfo field)
        => (field.IsPublic ? "" : "protected ") + (field.IsLiteral ? "const " : field.IsStatic ? "static " : "");

    private static string Modifiers(MethodInfo method)
    {
        var access = IsProtected(method) ? "protected " : "";
        if (method.IsStatic) return access + "static ";
        if (method.DeclaringType!.IsInterface || !method.IsVirtual) return access;
        if (method.IsAbstract) return access + "abstract ";
        var isOverride = method.GetBaseDefinition().DeclaringType != method.DeclaringType;
        if (method.IsFinal) return access + (isOverride ? "sealed override " : "");
        return access + (isOverride ? "override " : "virtual ");
    }

    private static string Accessors(PropertyInfo property)
    {
        var parts = new List<string>();
        if (property.GetMethod is { } get && IsVisible(get)) parts.Add((IsProtected(get) ? "protected " : "") + "get;");
        if (property.SetMethod is { } set && IsVisible(set))
        {
            var isInit = set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            parts.Add((IsProtected(set) ? "protected " : "") + (isInit ? "init;" : "set;"));
        }

        return string.Join(' ', parts);
    }

    private static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select(parameter => (isExtension && parameter.Position == 0 ? "this " : "") + Parameter(parameter)));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : !parameter.ParameterType.IsByRef ? ""
            : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        return $"{prefix}{TypeNames.OfParameter(parameter)} {parameter.Name}{Default(parameter)}";
    }

    private static string Default(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue) return "";
        var type = parameter.ParameterType;
        return " = " + parameter.DefaultValue switch
        {
            null when type.IsValueType && Nullable.GetUnderlyingType(type) is null => "default",
            null => "null",
            bool value => value ? "true" : "false",
            string value => $"\"{value}\"",
            Enum value => value.ToString(),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || IsProtected(method);

    private static bool IsProtected(MethodBase method) => method.IsFamily || method.IsFamilyOrAssembly;
}
