/* An OpenCL driver for tests: it lists one device, and building a program on that device goes
 * wrong in the way that -DBUILD_… names; loading and unloading go wrong as -DLOAD_… and -DUNLOAD_…
 * say. Each process that loads it writes its number into the file that FAKE_LOADS names. It needs no OpenCL header: an ICD object begins with a
 * pointer to a table of functions, whose order the ICD specification fixes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int cl_int;
typedef unsigned int cl_uint;
typedef unsigned long cl_ulong;

enum { SUCCESS = 0, BUILD_PROGRAM_FAILURE = -11, INVALID_VALUE = -30, INVALID_OPERATION = -59 };

static void *dispatch[256];

__attribute__((constructor)) static void load(void)
{
    const char *name = getenv("FAKE_LOADS");
    FILE *file = name ? fopen(name, "a") : NULL;
    if (file) {
        fprintf(file, "%ld\n", (long)getpid());
        fclose(file);
    }
#if defined LOAD_HANGS
    for (;;)
        pause();
#elif defined LOAD_TALKS
    puts("fake driver says hello");
    fflush(stdout);
#endif
}

#if defined UNLOAD_ABORTS
__attribute__((destructor)) static void unload(void)
{
    abort();
}
#endif

struct object {
    void **dispatch;
};
static struct object platform = {dispatch}, device = {dispatch}, context = {dispatch};
static struct object queue = {dispatch}, program = {dispatch};

static cl_int give(const void *value, size_t size, size_t room, void *out, size_t *needed)
{
    if (out && room < size)
        return INVALID_VALUE;
    if (out)
        memcpy(out, value, size);
    if (needed)
        *needed = size;
    return SUCCESS;
}

static cl_int give_text(const char *text, size_t room, void *out, size_t *needed)
{
    return give(text, strlen(text) + 1, room, out, needed);
}

static cl_int refuse(void)
{
    return INVALID_OPERATION;
}

static cl_int keep(void *object)
{
    (void)object;
    return SUCCESS;
}

cl_int clGetPlatformInfo(void *of, cl_uint name, size_t room, void *out, size_t *needed)
{
    (void)of;
    switch (name) {
    case 0x0901: return give_text("OpenCL 1.2 fake", room, out, needed);
    case 0x0902: return give_text("Fake platform", room, out, needed);
    case 0x0903: return give_text("Fake vendor", room, out, needed);
    case 0x0904: return give_text("cl_khr_icd", room, out, needed);
    case 0x0920: return give_text("FAKE", room, out, needed);
    default: return give_text("FULL_PROFILE", room, out, needed);
    }
}

static cl_int get_device_ids(void *of, cl_ulong type, cl_uint room, void **out, cl_uint *count)
{
    (void)of;
    (void)type;
    if (out && room)
        out[0] = &device;
    if (count)
        *count = 1;
    return SUCCESS;
}

static cl_int get_device_info(void *of, cl_uint name, size_t room, void *out, size_t *needed)
{
    const cl_ulong gpu = 4, bytes = 1 << 30;
    const size_t group = 256;
    const cl_uint no = 0;
    void *const its_platform = &platform;
    (void)of;
    switch (name) {
    case 0x1000: return give(&gpu, sizeof gpu, room, out, needed);
    case 0x1004: return give(&group, sizeof group, room, out, needed);
    case 0x1010: return give(&bytes, sizeof bytes, room, out, needed);
    case 0x102b: return give_text("Fake device", room, out, needed);
    case 0x102c: return give_text("Fake vendor", room, out, needed);
    case 0x102d: return give_text("1.0", room, out, needed);
    case 0x102f: return give_text("OpenCL 1.2 fake", room, out, needed);
    case 0x1030: return give_text("", room, out, needed);
    case 0x1031: return give(&its_platform, sizeof its_platform, room, out, needed);
    case 0x1035: return give(&no, sizeof no, room, out, needed);
    default: return INVALID_VALUE;
    }
}

static void *create_context(const void *properties, cl_uint count, void *const *devices,
                            void *callback, void *data, cl_int *error)
{
    (void)properties, (void)count, (void)devices, (void)callback, (void)data;
    if (error)
        *error = SUCCESS;
    return &context;
}

static cl_int get_context_info(void *of, cl_uint name, size_t room, void *out, size_t *needed)
{
    void *const its_device = &device;
    const cl_uint one = 1;
    (void)of;
    switch (name) {
    case 0x1081: return give(&its_device, sizeof its_device, room, out, needed);
    case 0x1083: return give(&one, sizeof one, room, out, needed);
    default: return INVALID_VALUE;
    }
}

static void *create_queue(void *of, void *on, cl_ulong properties, cl_int *error)
{
    (void)of, (void)on, (void)properties;
    if (error)
        *error = SUCCESS;
    return &queue;
}

static void *create_program(void *of, cl_uint count, const char **texts, const size_t *sizes,
                            cl_int *error)
{
    (void)of, (void)count, (void)texts, (void)sizes;
    if (error)
        *error = SUCCESS;
    return &program;
}

static cl_int build_program(void *of, cl_uint count, void *const *devices, const char *options,
                            void *callback, void *data)
{
    (void)of, (void)count, (void)devices, (void)options, (void)callback, (void)data;
#if defined BUILD_ABORTS
    abort();
#elif defined BUILD_EXITS
    _exit(3);
#elif defined BUILD_HANGS
    for (;;)
        pause();
#endif
    return BUILD_PROGRAM_FAILURE;
}

static cl_int get_build_info(void *of, void *on, cl_uint name, size_t room, void *out,
                             size_t *needed)
{
    const cl_int failed = -2;
    (void)of, (void)on;
    if (name == 0x1183)
        return give_text("fake.cl:1:1: error: this device builds nothing", room, out, needed);
    return give(&failed, sizeof failed, room, out, needed);
}

cl_int clIcdGetPlatformIDsKHR(cl_uint room, void **out, cl_uint *count)
{
#if defined LISTING_ABORTS
    abort();
#endif
    for (int i = 0; i < 256; i++)
        dispatch[i] = (void *)refuse;
    dispatch[1] = (void *)clGetPlatformInfo;
    dispatch[2] = (void *)get_device_ids;
    dispatch[3] = (void *)get_device_info;
    dispatch[4] = (void *)create_context;
    dispatch[6] = dispatch[7] = (void *)keep;
    dispatch[8] = (void *)get_context_info;
    dispatch[9] = (void *)create_queue;
    dispatch[10] = dispatch[11] = (void *)keep;
    dispatch[26] = (void *)create_program;
    dispatch[28] = dispatch[29] = (void *)keep;
    dispatch[30] = (void *)build_program;
    dispatch[33] = (void *)get_build_info;
    if (out && room)
        out[0] = &platform;
    if (count)
        *count = 1;
    return SUCCESS;
}

void *clGetExtensionFunctionAddress(const char *name)
{
    return strcmp(name, "clIcdGetPlatformIDsKHR") ? NULL : (void *)clIcdGetPlatformIDsKHR;
}
