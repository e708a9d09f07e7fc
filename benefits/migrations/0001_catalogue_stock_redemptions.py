import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("growth", "0001_initial"),
        ('wagtailimages', '0027_image_description'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='Merchant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.JSONField(verbose_name='name')),
                ('city', models.CharField(blank=True, default='', max_length=80, verbose_name='city')),
                ('address', models.JSONField(blank=True, default=dict, verbose_name='address')),
            ],
            options={
                'verbose_name': 'merchant',
                'verbose_name_plural': 'merchants',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Benefit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.JSONField(verbose_name='name')),
                ('description', models.JSONField(blank=True, default=dict, verbose_name='description')),
                ('terms', models.JSONField(blank=True, default=dict, verbose_name='terms')),
                ('kind', models.CharField(choices=[('code', 'uploaded code'), ('voucher', 'voucher with our code'), ('pickup', 'collected at a branch or shop'), ('physical', 'sent by post')], max_length=8, verbose_name='kind')),
                ('price', models.IntegerField(help_text='0 gives it away.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='price (points)')),
                ('total', models.IntegerField(blank=True, help_text='How many are ever put on sale. Uploaded codes need no number: each code is one.', null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='stock')),
                ('per_customer', models.IntegerField(blank=True, help_text='Empty stands for no limit. Rewards of tasks and what was cancelled do not count.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='limit for each customer')),
                ('level', models.CharField(blank=True, default='', help_text='Code of the level.', max_length=64, verbose_name='from level')),
                ('starts', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('valid_days', models.IntegerField(blank=True, help_text='How many days after the day of redemption it can be used. An uploaded code that ends sooner is not handed out.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='valid for (days)')),
                ('cancellable', models.BooleanField(default=True, help_text='Switch it off where a code could be used without us hearing of it.', verbose_name='customers can cancel')),
                ('city', models.CharField(blank=True, default='', max_length=80, verbose_name='city')),
                ('position', models.IntegerField(default=0, verbose_name='position')),
                ('on_sale', models.BooleanField(default=True, verbose_name='on sale')),
                ('search_text', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat(django.db.models.functions.comparison.Cast(models.Func(models.F('name'), models.Value('$.*'), function='jsonb_path_query_array'), models.TextField()), django.db.models.functions.comparison.Cast(models.Func(models.F('description'), models.Value('$.*'), function='jsonb_path_query_array'), models.TextField()), output_field=models.TextField()), output_field=models.TextField())),
                ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailimages.image', verbose_name='picture')),
                ('segment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='benefits', to='growth.segment', verbose_name='only for segment')),
                ('merchant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='benefits', to='benefits.merchant', verbose_name='merchant')),
            ],
            options={
                'verbose_name': 'benefit',
                'verbose_name_plural': 'benefits',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CodeBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('feed', models.CharField(max_length=255, verbose_name='file')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='imported at')),
                ('benefit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='benefits.benefit')),
            ],
            options={
                'verbose_name': 'batch of codes',
                'verbose_name_plural': 'batches of codes',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='BenefitCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.BinaryField()),
                ('digest', models.BinaryField(max_length=32)),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('face_value_fen', models.IntegerField(blank=True, null=True, verbose_name='face value (fen)')),
                ('state', models.CharField(choices=[('free', 'free'), ('issued', 'issued'), ('void', 'void')], default='free', max_length=6, verbose_name='state')),
                ('benefit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='benefits.benefit')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='benefits.codebatch')),
            ],
            options={
                'verbose_name': 'uploaded code',
                'verbose_name_plural': 'uploaded codes',
            },
        ),
        migrations.CreateModel(
            name='Redemption',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('points', models.IntegerField(verbose_name='points')),
                ('status', models.CharField(choices=[('waiting', 'waiting for stock'), ('issued', 'ready to use'), ('to_collect', 'to be collected'), ('to_ship', 'to be sent'), ('used', 'used'), ('cancelled', 'cancelled'), ('expired', 'expired')], max_length=12, verbose_name='status')),
                ('slot', models.IntegerField(editable=False, null=True)),
                ('sealed', models.BinaryField(help_text='The code, encrypted.', null=True)),
                ('code_digest', models.BinaryField(max_length=32, null=True, unique=True)),
                ('valid_until', models.DateField(null=True, verbose_name='valid until')),
                ('key', models.CharField(max_length=255, null=True, verbose_name='idempotency key')),
                ('request_digest', models.BinaryField(max_length=32, null=True)),
                ('granted_by', models.CharField(max_length=255, null=True, unique=True, verbose_name='granted by')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='redeemed at')),
                ('benefit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='benefits.benefit')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='growth.customer')),
                ('refund', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='growth.pointstransfer')),
                ('transfer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='growth.pointstransfer')),
                ('unit', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='redemption', to='benefits.benefitcode')),
            ],
            options={
                'verbose_name': 'redemption',
                'verbose_name_plural': 'redemptions',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RedemptionEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.CharField(blank=True, max_length=12, verbose_name='before')),
                ('after', models.CharField(choices=[('waiting', 'waiting for stock'), ('issued', 'ready to use'), ('to_collect', 'to be collected'), ('to_ship', 'to be sent'), ('used', 'used'), ('cancelled', 'cancelled'), ('expired', 'expired')], max_length=12, verbose_name='after')),
                ('actor', models.CharField(help_text="customer, program, clock, or an operator's name.", max_length=100, verbose_name='by')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='note')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='at')),
                ('redemption', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='benefits.redemption')),
            ],
            options={
                'verbose_name': 'change of a redemption',
                'verbose_name_plural': 'changes of redemptions',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StockShard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.SmallIntegerField(verbose_name='number')),
                ('remaining', models.IntegerField(verbose_name='left')),
                ('benefit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='shards', to='benefits.benefit')),
            ],
            options={
                'verbose_name': 'stock shard',
                'verbose_name_plural': 'stock shards',
            },
        ),
        migrations.AddIndex(
            model_name='benefitcode',
            index=models.Index(condition=models.Q(('state', 'free')), fields=['benefit', 'valid_until', 'id'], name='code_free'),
        ),
        migrations.AddConstraint(
            model_name='benefitcode',
            constraint=models.UniqueConstraint(fields=('benefit', 'digest'), name='code_once'),
        ),
        migrations.AddConstraint(
            model_name='benefitcode',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['free', 'issued', 'void'])), name='code_state'),
        ),
        migrations.AddConstraint(
            model_name='benefitcode',
            constraint=models.CheckConstraint(condition=models.Q(('face_value_fen__isnull', True), ('face_value_fen__gte', 0), _connector='OR'), name='code_face_value'),
        ),
        migrations.AddIndex(
            model_name='benefit',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('search_text'), name='gin_trgm_ops'), name='benefit_search_text'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['code', 'voucher', 'pickup', 'physical'])), name='benefit_kind'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='benefit_price'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'code'), ('total__isnull', False), _connector='OR'), name='benefit_stock_known'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('total__isnull', True), ('total__gte', 0), _connector='OR'), name='benefit_stock'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('per_customer__isnull', True), ('per_customer__gte', 1), _connector='OR'), name='benefit_per_customer'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('valid_days__isnull', True), ('valid_days__gte', 1), _connector='OR'), name='benefit_valid_days'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('starts__isnull', True), ('ends__isnull', True), ('starts__lte', models.F('ends')), _connector='OR'), name='benefit_window'),
        ),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(fields=['customer', '-created_at', '-id'], name='redemption_by_customer'),
        ),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(condition=models.Q(('status__in', ['issued', 'to_collect'])), fields=['valid_until'], name='redemption_expiring'),
        ),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(condition=models.Q(('status', 'waiting')), fields=['benefit', 'created_at'], name='redemption_in_line'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.UniqueConstraint(fields=('customer', 'key'), name='redemption_key_once'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.UniqueConstraint(fields=('customer', 'benefit', 'slot'), name='redemption_slot_once'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'issued', 'to_collect', 'to_ship', 'used', 'cancelled', 'expired'])), name='redemption_status'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('granted_by__isnull', True), ('key__isnull', False), ('request_digest__isnull', False)), models.Q(('granted_by__isnull', False), ('key__isnull', True), ('points', 0), ('request_digest__isnull', True), ('slot__isnull', True)), _connector='OR'), name='redemption_cause'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('points', 0), ('transfer__isnull', True)), models.Q(('points__gt', 0), ('transfer__isnull', False)), _connector='OR'), name='redemption_paid'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('refund__isnull', True), models.Q(('status', 'cancelled'), ('transfer__isnull', False)), _connector='OR'), name='redemption_refund_cancels'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('granted_by__isnull', False), models.Q(('slot__isnull', True), ('status', 'cancelled')), models.Q(models.Q(('status', 'cancelled'), _negated=True), ('slot__gte', 1), ('slot__isnull', False)), _connector='OR'), name='redemption_slot_counts'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'waiting'), _negated=True), models.Q(('granted_by__isnull', False), ('sealed__isnull', True), ('unit__isnull', True)), _connector='OR'), name='redemption_waiting'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'issued'), _negated=True), ('sealed__isnull', False), _connector='OR'), name='redemption_code'),
        ),
        migrations.AddConstraint(
            model_name='redemptionevent',
            constraint=models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='redemption_event_changes'),
        ),
        migrations.AddConstraint(
            model_name='stockshard',
            constraint=models.UniqueConstraint(fields=('benefit', 'number'), name='shard_number_once'),
        ),
        migrations.AddConstraint(
            model_name='stockshard',
            constraint=models.CheckConstraint(condition=models.Q(('remaining__gte', 0)), name='shard_remaining'),
        ),
    ]
