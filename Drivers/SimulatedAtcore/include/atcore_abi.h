// The binary interface of libatcore, in declarations of our own: what a program that loads the library can call.
#ifndef ATCORE_ABI_H
#define ATCORE_ABI_H

#include <wchar.h>

typedef int AT_H;
typedef int AT_BOOL;
typedef long long AT_64;
typedef unsigned char AT_U8;
typedef wchar_t AT_WC;

typedef int (*FeatureCallback)(AT_H handle, const AT_WC *feature, void *context);

enum { AT_HANDLE_SYSTEM = 1 };

enum {
    AT_SUCCESS = 0,
    AT_ERR_NOTINITIALISED = 1,
    AT_ERR_NOTIMPLEMENTED = 2,
    AT_ERR_READONLY = 3,
    AT_ERR_NOTREADABLE = 4,
    AT_ERR_NOTWRITABLE = 5,
    AT_ERR_OUTOFRANGE = 6,
    AT_ERR_INDEXNOTAVAILABLE = 7,
    AT_ERR_INDEXNOTIMPLEMENTED = 8,
    AT_ERR_EXCEEDEDMAXSTRINGLENGTH = 9,
    AT_ERR_CONNECTION = 10,
    AT_ERR_NODATA = 11,
    AT_ERR_INVALIDHANDLE = 12,
    AT_ERR_TIMEDOUT = 13,
    AT_ERR_BUFFERFULL = 14,
    AT_ERR_INVALIDSIZE = 15,
    AT_ERR_INVALIDALIGNMENT = 16,
    AT_ERR_STRINGNOTAVAILABLE = 18,
    AT_ERR_STRINGNOTIMPLEMENTED = 19,
    AT_ERR_NULL_FEATURE = 20,
    AT_ERR_NULL_HANDLE = 21,
    AT_ERR_NULL_IMPLEMENTED_VAR = 22,
    AT_ERR_NULL_READABLE_VAR = 23,
    AT_ERR_NULL_READONLY_VAR = 24,
    AT_ERR_NULL_WRITABLE_VAR = 25,
    AT_ERR_NULL_MINVALUE = 26,
    AT_ERR_NULL_MAXVALUE = 27,
    AT_ERR_NULL_VALUE = 28,
    AT_ERR_NULL_STRING = 29,
    AT_ERR_NULL_COUNT_VAR = 30,
    AT_ERR_NULL_ISAVAILABLE_VAR = 31,
    AT_ERR_NULL_MAXSTRINGLENGTH = 32,
    AT_ERR_NULL_EVCALLBACK = 33,
    AT_ERR_NULL_QUEUE_PTR = 34,
    AT_ERR_NULL_WAIT_PTR = 35,
    AT_ERR_NULL_PTRSIZE = 36,
    AT_ERR_DEVICEINUSE = 38,
    AT_ERR_HARDWARE_OVERFLOW = 100,
};

// Only these are visible: everything else stays in the library. Protected, so that calls from one to another stay in
// it as well when a process has loaded several copies.
#define AT_EXPORT __attribute__((visibility("protected")))

AT_EXPORT int AT_InitialiseLibrary(void);
AT_EXPORT int AT_FinaliseLibrary(void);
AT_EXPORT int AT_Open(int index, AT_H *handle);
AT_EXPORT int AT_OpenDevice(const AT_WC *device, AT_H *handle);
AT_EXPORT int AT_Close(AT_H handle);

AT_EXPORT int AT_RegisterFeatureCallback(AT_H handle, const AT_WC *feature, FeatureCallback callback, void *context);
AT_EXPORT int AT_UnregisterFeatureCallback(AT_H handle, const AT_WC *feature, FeatureCallback callback, void *context);

AT_EXPORT int AT_IsImplemented(AT_H handle, const AT_WC *feature, AT_BOOL *answer);
AT_EXPORT int AT_IsReadable(AT_H handle, const AT_WC *feature, AT_BOOL *answer);
AT_EXPORT int AT_IsWritable(AT_H handle, const AT_WC *feature, AT_BOOL *answer);
AT_EXPORT int AT_IsReadOnly(AT_H handle, const AT_WC *feature, AT_BOOL *answer);

AT_EXPORT int AT_SetInt(AT_H handle, const AT_WC *feature, AT_64 value);
AT_EXPORT int AT_GetInt(AT_H handle, const AT_WC *feature, AT_64 *value);
AT_EXPORT int AT_GetIntMax(AT_H handle, const AT_WC *feature, AT_64 *value);
AT_EXPORT int AT_GetIntMin(AT_H handle, const AT_WC *feature, AT_64 *value);

AT_EXPORT int AT_SetFloat(AT_H handle, const AT_WC *feature, double value);
AT_EXPORT int AT_GetFloat(AT_H handle, const AT_WC *feature, double *value);
AT_EXPORT int AT_GetFloatMax(AT_H handle, const AT_WC *feature, double *value);
AT_EXPORT int AT_GetFloatMin(AT_H handle, const AT_WC *feature, double *value);

AT_EXPORT int AT_SetBool(AT_H handle, const AT_WC *feature, AT_BOOL value);
AT_EXPORT int AT_GetBool(AT_H handle, const AT_WC *feature, AT_BOOL *value);

AT_EXPORT int AT_SetEnumerated(AT_H handle, const AT_WC *feature, int index);
AT_EXPORT int AT_SetEnumeratedString(AT_H handle, const AT_WC *feature, const AT_WC *text);
AT_EXPORT int AT_GetEnumerated(AT_H handle, const AT_WC *feature, int *index);
AT_EXPORT int AT_GetEnumeratedCount(AT_H handle, const AT_WC *feature, int *count);
AT_EXPORT int AT_IsEnumeratedIndexAvailable(AT_H handle, const AT_WC *feature, int index, AT_BOOL *answer);
AT_EXPORT int AT_IsEnumeratedIndexImplemented(AT_H handle, const AT_WC *feature, int index, AT_BOOL *answer);
AT_EXPORT int AT_GetEnumeratedString(AT_H handle, const AT_WC *feature, int index, AT_WC *text, int length);

AT_EXPORT int AT_SetEnumIndex(AT_H handle, const AT_WC *feature, int index);
AT_EXPORT int AT_SetEnumString(AT_H handle, const AT_WC *feature, const AT_WC *text);
AT_EXPORT int AT_GetEnumIndex(AT_H handle, const AT_WC *feature, int *index);
AT_EXPORT int AT_GetEnumCount(AT_H handle, const AT_WC *feature, int *count);
AT_EXPORT int AT_IsEnumIndexAvailable(AT_H handle, const AT_WC *feature, int index, AT_BOOL *answer);
AT_EXPORT int AT_IsEnumIndexImplemented(AT_H handle, const AT_WC *feature, int index, AT_BOOL *answer);
AT_EXPORT int AT_GetEnumStringByIndex(AT_H handle, const AT_WC *feature, int index, AT_WC *text, int length);

AT_EXPORT int AT_Command(AT_H handle, const AT_WC *feature);

AT_EXPORT int AT_SetString(AT_H handle, const AT_WC *feature, const AT_WC *text);
AT_EXPORT int AT_GetString(AT_H handle, const AT_WC *feature, AT_WC *text, int length);
AT_EXPORT int AT_GetStringMaxLength(AT_H handle, const AT_WC *feature, int *length);

AT_EXPORT int AT_QueueBuffer(AT_H handle, AT_U8 *memory, int size);
AT_EXPORT int AT_WaitBuffer(AT_H handle, AT_U8 **memory, int *size, unsigned int milliseconds);
AT_EXPORT int AT_Flush(AT_H handle);

#endif
