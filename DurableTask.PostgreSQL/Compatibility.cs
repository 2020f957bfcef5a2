#if !NET9_0_OR_GREATER
// System.Threading.Lock came with .NET 9; on .NET 8 the same code locks an ordinary object.
global using Lock = System.Object;
#endif
