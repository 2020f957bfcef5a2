using System.Reflection;

namespace FunctionApp.Tests.EmbeddedFunctions.Surface;

/// <summary>Names of types as the official lists write them: full names, C# keywords, and <c>?</c> where a reference may be null.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type)
    {
        if (type.IsByRef) return Of(type.GetElementType()!);
        if (type.IsArray) return Of(type.GetElementType()!) + $"[{new string(',', type.GetArrayRank() - 1)}]";
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsGenericParameter) return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } value) return Of(value) + "?";
        var name = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
        if (!type.IsGenericType) return name;
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }

    public static string Arguments(MethodInfo method)
        => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";

    public static string OfParameter(ParameterInfo parameter)
        => Of(parameter.ParameterType) + Mark(parameter.ParameterType, new NullabilityInfoContext().Create(parameter).ReadState);

    public static string OfProperty(PropertyInfo property)
    {
        var info = new NullabilityInfoContext().Create(property);
        return Of(property.PropertyType) + Mark(property.PropertyType, property.CanRead ? info.ReadState : info.WriteState);
    }

    public static string OfField(FieldInfo field)
        => Of(field.FieldType) + Mark(field.FieldType, new NullabilityInfoContext().Create(field).ReadState);

    // The lists mark an out parameter of a nullable value type twice: its type is a reference to one.
    private static string Mark(Type type, NullabilityState state) => state == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
}
