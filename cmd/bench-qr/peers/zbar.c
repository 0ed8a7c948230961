/* A worker around libzbar: paths of PGM files in, one line of JSON out each.
 * Binary mode: zbar's default guesses at a character set and is often wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zbar.h>

static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* read_pgm knows only the heads that bench-qr writes. */
static unsigned char *read_pgm(const char *path, unsigned *width, unsigned *height)
{
	FILE *f = fopen(path, "rb");
	if (!f || fscanf(f, "P5 %u %u 255", width, height) != 2 || fgetc(f) != '\n') {
		fprintf(stderr, "%s: no PGM\n", path);
		exit(1);
	}
	size_t size = (size_t)*width * *height;
	unsigned char *pixels = malloc(size);
	if (!pixels || fread(pixels, 1, size, f) != size) {
		fprintf(stderr, "%s: cut off\n", path);
		exit(1);
	}
	fclose(f);
	return pixels;
}

static void answer(zbar_image_t *image, double ms)
{
	printf("{\"ms\":%.3f,\"answers\":[", ms);
	const char *comma = "";
	for (const zbar_symbol_t *s = zbar_image_first_symbol(image); s; s = zbar_symbol_next(s)) {
		const unsigned char *data = (const unsigned char *)zbar_symbol_get_data(s);
		printf("%s{\"bytes\":\"", comma);
		for (unsigned i = 0; i < zbar_symbol_get_data_length(s); i++)
			printf("%02x", data[i]);
		printf("\"}");
		comma = ",";
	}
	printf("]}\n");
	fflush(stdout);
}

int main(void)
{
	static char path[4096];
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	while (fgets(path, sizeof path, stdin)) {
		path[strcspn(path, "\n")] = 0;
		unsigned width, height;
		unsigned char *pixels = read_pgm(path, &width, &height);
		zbar_image_t *image = zbar_image_create();
		zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
		zbar_image_set_size(image, width, height);
		zbar_image_set_data(image, pixels, (unsigned long)width * height, NULL);
		double started = cpu_ms();
		zbar_scan_image(scanner, image);
		answer(image, cpu_ms() - started);
		zbar_image_destroy(image);
		free(pixels);
	}
	return 0;
}
