internal import Devices
internal import Glibc

/// The functions of the library, by the types that they have on Linux.
// Why unchecked: these are addresses of code, which do not change.
@safe struct AndorFunctions: @unchecked Sendable {
    typealias Name = UnsafePointer<wchar_t>?
    typealias Plain = @convention(c) () -> Int32
    typealias OfHandle = @convention(c) (Int32) -> Int32
    typealias OfName = @convention(c) (Int32, Name) -> Int32
    typealias Open = @convention(c) (Int32, UnsafeMutablePointer<Int32>?) -> Int32
    typealias GetInt32 = @convention(c) (Int32, Name, UnsafeMutablePointer<Int32>?) -> Int32
    typealias SetInt32 = @convention(c) (Int32, Name, Int32) -> Int32
    typealias GetInt64 = @convention(c) (Int32, Name, UnsafeMutablePointer<Int64>?) -> Int32
    typealias SetInt64 = @convention(c) (Int32, Name, Int64) -> Int32
    typealias GetDouble = @convention(c) (Int32, Name, UnsafeMutablePointer<Double>?) -> Int32
    typealias SetDouble = @convention(c) (Int32, Name, Double) -> Int32
    typealias GetText = @convention(c) (Int32, Name, UnsafeMutablePointer<wchar_t>?, Int32) -> Int32
    typealias SetText = @convention(c) (Int32, Name, Name) -> Int32
    typealias AskChoice = @convention(c) (Int32, Name, Int32, UnsafeMutablePointer<Int32>?) -> Int32
    typealias GetLabel = @convention(c) (Int32, Name, Int32, UnsafeMutablePointer<wchar_t>?, Int32) -> Int32
    typealias Queue = @convention(c) (Int32, UnsafeMutablePointer<UInt8>?, Int32) -> Int32
    typealias Wait =
        @convention(c) (
            Int32, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int32>?, UInt32
        ) -> Int32

    let initialise, finalise: Plain
    let open: Open
    let close, flush: OfHandle
    let isImplemented, isWritable, isReadOnly: GetInt32
    let setInt: SetInt64
    let getInt, getIntMin, getIntMax: GetInt64
    let setFloat: SetDouble
    let getFloat, getFloatMin, getFloatMax: GetDouble
    let setBool: SetInt32
    let getBool: GetInt32
    let setString: SetText
    let getString: GetText
    let getStringMaxLength: GetInt32
    let setEnumIndex: SetInt32
    let getEnumIndex, getEnumCount: GetInt32
    let isEnumIndexAvailable, isEnumIndexImplemented: AskChoice
    let getEnumStringByIndex: GetLabel
    let command: OfName
    let queueBuffer: Queue
    let waitBuffer: Wait

    /// Finds all functions, or says which ones are missing.
    init(_ symbols: inout AndorSymbols) throws(DeviceError) {
        unsafe initialise = symbols.function("AT_InitialiseLibrary")
        unsafe finalise = symbols.function("AT_FinaliseLibrary")
        unsafe open = symbols.function("AT_Open")
        unsafe close = symbols.function("AT_Close")
        unsafe flush = symbols.function("AT_Flush")
        unsafe isImplemented = symbols.function("AT_IsImplemented")
        unsafe isWritable = symbols.function("AT_IsWritable")
        unsafe isReadOnly = symbols.function("AT_IsReadOnly")
        unsafe setInt = symbols.function("AT_SetInt")
        unsafe getInt = symbols.function("AT_GetInt")
        unsafe getIntMin = symbols.function("AT_GetIntMin")
        unsafe getIntMax = symbols.function("AT_GetIntMax")
        unsafe setFloat = symbols.function("AT_SetFloat")
        unsafe getFloat = symbols.function("AT_GetFloat")
        unsafe getFloatMin = symbols.function("AT_GetFloatMin")
        unsafe getFloatMax = symbols.function("AT_GetFloatMax")
        unsafe setBool = symbols.function("AT_SetBool")
        unsafe getBool = symbols.function("AT_GetBool")
        unsafe setString = symbols.function("AT_SetString")
        unsafe getString = symbols.function("AT_GetString")
        unsafe getStringMaxLength = symbols.function("AT_GetStringMaxLength")
        // The second names are those that libraries before 3.9 have alone.
        unsafe setEnumIndex = symbols.function("AT_SetEnumIndex", "AT_SetEnumerated")
        unsafe getEnumIndex = symbols.function("AT_GetEnumIndex", "AT_GetEnumerated")
        unsafe getEnumCount = symbols.function("AT_GetEnumCount", "AT_GetEnumeratedCount")
        unsafe isEnumIndexAvailable = symbols.function("AT_IsEnumIndexAvailable", "AT_IsEnumeratedIndexAvailable")
        unsafe isEnumIndexImplemented = symbols.function(
            "AT_IsEnumIndexImplemented",
            "AT_IsEnumeratedIndexImplemented"
        )
        unsafe getEnumStringByIndex = symbols.function("AT_GetEnumStringByIndex", "AT_GetEnumeratedString")
        unsafe command = symbols.function("AT_Command")
        unsafe queueBuffer = symbols.function("AT_QueueBuffer")
        unsafe waitBuffer = symbols.function("AT_WaitBuffer")
        try symbols.check()
    }
}
